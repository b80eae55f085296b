"""When customers will buy next: windows, how sure they are, and how often such windows held the purchase before."""
