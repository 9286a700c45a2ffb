"""Analytics (统计分析): exact facts, roll-ups, rates and the county page."""
