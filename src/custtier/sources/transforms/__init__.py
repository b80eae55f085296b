"""Shared transforms: columns of text become money, instants, states and places."""
