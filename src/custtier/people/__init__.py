"""Who is who: phones and accounts in one form, and which accounts are one person."""
