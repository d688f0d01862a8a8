"""Receipt printers that speak ESC/POS: their commands, what they answer, how a slip gets onto paper and is known to."""
