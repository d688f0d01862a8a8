"""Coupons and promo codes: their series, how codes are written and signed, and whether one may be used."""
