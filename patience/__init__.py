"""How long may anything outside this process take: the database, a mail server, a receiver of messages?"""
