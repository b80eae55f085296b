"""Which channel, campaign, agent or day brings people who buy: what they cost and brought, and how sure that is."""
