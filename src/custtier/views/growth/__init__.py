"""How the shop grows: new contacts against goals, how many of them reply and buy, who comes back."""
