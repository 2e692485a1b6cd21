using Godwit.Model.Findings;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>How a row is called in a finding of the planner: never by a value.</summary>
public sealed class RowQuestionTests
{
    [Fact]
    public void A_row_without_rowid_goes_by_its_place_and_its_key_is_a_value()
    {
        var finding = Planned.Refusal(
            "CREATE TABLE p(id INTEGER PRIMARY KEY)", "INSERT INTO p VALUES (1)",
            "CREATE TABLE c(email TEXT, n INT, p INT REFERENCES p(id), PRIMARY KEY(n, email)) WITHOUT ROWID",
            "INSERT INTO c VALUES ('anna@example.org', 2, 7), ('bert@example.org', 1, 1), ('carl@example.org', 1, 8), ('dora@example.org', 3, NULL)");
        Assert.Equal(FindingCodes.Orphan, finding.Code);
        Assert.Equal(new Place.InTable("c", "number 2, 3 in the order of key (n, email)", "p"), finding.Place);
        Assert.Equal("(1, 'carl@example.org'); (2, 'anna@example.org')", finding.Value);
        Assert.DoesNotContain("example.org", $"{finding.Message} {finding.Remedy} {finding.Place} {finding.SourceText}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_with_a_text_key_goes_by_its_rowid_and_no_value_is_kept()
    {
        var finding = Planned.Refusal(
            "CREATE TABLE p(id INTEGER PRIMARY KEY)",
            "CREATE TABLE c(email TEXT PRIMARY KEY, p INT REFERENCES p(id))", "INSERT INTO c(rowid, email, p) VALUES (5, 'anna@example.org', 7)");
        Assert.Equal((new Place.InTable("c", "5", "p"), null), (finding.Place, finding.Value));
    }

    [Fact]
    public void A_row_whose_rowid_is_hidden_goes_by_its_place_in_the_order_of_reading()
    {
        var finding = Planned.Refusal(
            "CREATE TABLE p(id INTEGER PRIMARY KEY)",
            "CREATE TABLE c(rowid TEXT, _rowid_ TEXT, oid INT REFERENCES p(id))", "INSERT INTO c VALUES ('x', 'y', NULL), ('x', 'y', 7)");
        Assert.Equal((new Place.InTable("c", "number 2 in the order of reading", "oid"), null), (finding.Place, finding.Value));
    }

    [Fact]
    public void No_more_than_ten_rows_are_named_and_all_are_counted()
    {
        var finding = Planned.Refusal(
            "CREATE TABLE p(id INTEGER PRIMARY KEY)",
            "CREATE TABLE c(k TEXT PRIMARY KEY, p INT REFERENCES p(id)) WITHOUT ROWID",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) INSERT INTO c SELECT printf('%02d', i), i FROM n");
        Assert.Equal(new Place.InTable("c", "number 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … in the order of key (k)", "p"), finding.Place);
        Assert.StartsWith("25 rows of c", finding.Message, StringComparison.Ordinal);
    }
}
