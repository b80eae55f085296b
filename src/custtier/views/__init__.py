"""Questions answered from facts: recency-frequency-monetary, tiers, churn."""
