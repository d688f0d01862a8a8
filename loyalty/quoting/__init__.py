"""How a quote is worked out: which campaigns match, judge, compete, take off, earn; and the reasons told."""
