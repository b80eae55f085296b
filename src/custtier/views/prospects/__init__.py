"""Which new customers start as the best once did: their first days against those of past newcomers."""
