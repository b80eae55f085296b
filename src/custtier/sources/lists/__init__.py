"""Contacts, chats, ad spend, key dates, costs, links, tags, referrals as rows: what a shop knows besides its orders."""
