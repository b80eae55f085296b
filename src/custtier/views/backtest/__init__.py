"""How forecasts would have done on a shop's own past: `custtier backtest`."""
