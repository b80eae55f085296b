"""Models of who buys till they leave: NBD, (M)BG/NBD and their CNBD-k forms, Pareto/NBD; and what an order brings."""
