"""Whom does a request reach: who hears of it, were enough asked, and could nobody decide it?"""
