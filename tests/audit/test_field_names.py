"""What the administration calls tables and fields, in English and in other languages."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.test import RequestFactory
from django.utils import translation

from grants.models import User
from tests.site.tongue import TONGUE, spoken

OURS = ("approvals", "audit", "grants")


def tables() -> list[type[models.Model]]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def shown(model: type[models.Model]) -> list[models.Field]:
    """The fields that its pages in the administration show."""
    request, page = RequestFactory().get("/"), admin.site._registry[model]
    request.user = User(is_staff=True, is_superuser=True)
    names = {*page.list_display, *page.list_filter, *flatten_fieldsets(page.get_fieldsets(request, model()))}
    return [field for field in model._meta.concrete_fields if field.name in names and field.name != "id"]


@pytest.mark.parametrize("model", tables())
def test_a_table_and_its_fields_are_called_in_the_readers_language(model: type[models.Model]):
    with spoken(), translation.override(TONGUE):
        called = [model._meta.verbose_name, model._meta.verbose_name_plural]
        called += [field.verbose_name for field in shown(model)]

        assert [str(name) for name in called if not str(name).startswith("⟦")] == []


@pytest.mark.parametrize("model", tables())
def test_a_field_that_says_nothing_else_is_called_by_its_name(model: type[models.Model]):
    silent = [field for field in model._meta.concrete_fields if field._verbose_name is None]

    assert [str(field.verbose_name) for field in silent] == [field.name.replace("_", " ") for field in silent]
