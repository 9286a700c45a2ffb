"""Group and risk matters (群体性、风险事项): found by rule or by a person, told at once to leaders on duty."""
