"""Inner products by oneDNN: held to the plain matrix product."""

import pytest
import torch

from models.scoring.product import product


@pytest.mark.parametrize("rows", [1, 7, 300])
@pytest.mark.parametrize("of_a_wider_table", [False, True])
def test_products_and_their_gradients_are_those_of_the_plain_matrix_product(rows: int, of_a_wider_table: bool) -> None:
    torch.manual_seed(0)
    queries = torch.randn(rows, 40, dtype=torch.float64)
    candidates = torch.randn(501, 90, dtype=torch.float64)[:, 30:70]
    upstream = torch.randn(rows, 501, dtype=torch.float64)
    results = []
    for number in (torch.float32, torch.float64):
        q = queries.to(number).requires_grad_()
        table = candidates.to(number)
        c = (torch.cat([table, table], dim=1)[:, :40] if of_a_wider_table else table.contiguous()).detach()
        c.requires_grad_()
        scores = product(q, c)
        scores.backward(upstream.to(number))
        results.append((scores, q.grad, c.grad))
    for found, exact in zip(*results, strict=True):
        torch.testing.assert_close(found.double(), exact, rtol=1e-4, atol=1e-4)


def test_sums_of_whole_numbers_are_exact_so_that_ties_stay_ties() -> None:
    whole = torch.randint(-3, 4, (400, 768), generator=torch.Generator().manual_seed(0)).float()
    assert torch.equal(product(whole[:64], whole), (whole[:64].double() @ whole.double().T).float())


@pytest.mark.parametrize(("queries", "candidates"), [(0, 5), (5, 0)])
def test_there_may_be_no_queries_or_no_candidates(queries: int, candidates: int) -> None:
    assert product(torch.zeros(queries, 3), torch.zeros(candidates, 3)).shape == (queries, candidates)
