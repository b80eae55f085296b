"""Contact lists, chats, ad spend, key dates, costs, links, tags as rows: what a shop knows besides its orders."""
