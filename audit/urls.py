"""Which address shows what of the log?"""

from django.urls import path

from audit import views
from audit.receipts import pages

app_name = "audit"

urlpatterns = [
    path("", views.log, name="log"),
    path("approvals/<uuid:pk>/receipt/", pages.receipt, name="receipt"),
    path("approvals/<uuid:pk>/receipt.json", pages.receipt_file, name="receipt-file"),
]
