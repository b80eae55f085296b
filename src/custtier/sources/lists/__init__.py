"""Contact lists, chats, ad spend, key dates, costs and links become rows: what a shop knows besides its orders."""
