"""XML without comments, instructions and CDATA sections, however it is cut into chunks."""

import io

import pytest

from graph.mapping.rdf import plain_xml
from graph.mapping.rdf.plain_xml import PlainXml

XML = b'<?xml version="1.0"?><!-- a -- > <b> --><a><![CDATA[<x> & ]] ]>]]>t<?p <!-- ?>u<!--<![CDATA[ ]]>-->v<?p?></a>'
PLAIN = b'<?xml version="1.0"?><a>&lt;x&gt; &amp; ]] ]&gt;tuv</a>'


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21, 1000])
def test_what_is_no_text_is_taken_out(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(plain_xml, "CHUNK", size)
    assert io.BufferedReader(PlainXml(io.BytesIO(XML)), 16).read() == PLAIN


def test_a_comment_without_an_end_is_left_to_the_parser() -> None:
    assert PlainXml(io.BytesIO(b"<a>b<!-- c </a>" + b" " * 99)).read() == b"<a>b<!--"
