"""Documents people write: programmes, baskets, cases; read with every mistake at once, explained, compared."""
