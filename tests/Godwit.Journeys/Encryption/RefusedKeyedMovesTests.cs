using Godwit.Journeys.Running;
using Godwit.Journeys.Transforms;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>What cannot be encrypted, indexed or hashed on the way is said before anything is changed, with no value in it.</summary>
public sealed class RefusedKeyedMovesTests(PostgresServers servers)
{
    [Theory]
    [InlineData("CREATE TABLE t (a TEXT, b TEXT)", "b: { transform: { encrypt: { row: [a] } } }", "no key that would tell its rows apart")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)", "b: { transform: { encrypt: { row: [a] } } }", "a is no key of the table")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)", "b: { transform: { encrypt: { row: [nothing] } } }", "which the table at the target does not have")]
    [InlineData("CREATE TABLE t (id REAL PRIMARY KEY NOT NULL, b TEXT)", "b: { transform: { encrypt: { row: [id] } } }", "A row's key is of whole numbers")]
    [InlineData("CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL, b TEXT)", "a: { transform: { encrypt: { from: b, row: [b] } } }", "is part of a key")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT)", "b: { transform: { blind_index: { purpose: t.b, normalise: exact } }, type: text }", "Leave the type out")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)", "b: { transform: { encrypt: { encrypted: true, row: [id] } } }", "are not opened on the way")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT REFERENCES p (b)); CREATE TABLE p (b TEXT PRIMARY KEY NOT NULL)", "b: { transform: { blind_index: { purpose: t.b, normalise: exact } } }", "FOREIGN KEY")]
    public async Task Columns_that_cannot_be_made_with_keys(string tables, string column, string said)
    {
        using var journey = await Customers.WithAsync(servers, $"tables:\n  t:\n    columns:\n      {column}\n", tables.Split(';'));
        var refused = (await journey.TransformAsync()).MustBe(1);
        Assert.Contains(refused.Errors, f => f.Code is "GW1219" or "GW1220" && ($"{f.Message} {f.Remedy} {f.SourceText}").Contains(said, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0L, (await journey.RowAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))[0]);
    }

    [Theory]
    [InlineData("email: { transform: { blind_index: { purpose: t.e, normalise: email } } }", "secret-value", "''")]
    [InlineData("email: { transform: { blind_index: { purpose: t.e, normalise: digits } } }", "secret-value", "'secret-value'")]
    [InlineData("email: { transform: { blind_index: { purpose: t.e, normalise: exact, tenant: shop } } }", "secret-value", "'secret-value'")]
    [InlineData("email: { transform: { pepper: { purpose: key } } }", "secret-value", "''")]
    [InlineData("email: { transform: { pepper: { of: hash, purpose: key } } }", "secret-value", "'secret-value'")]
    public async Task Values_without_a_result_are_findings_with_their_rows_and_never_go_to_quarantine(string column, string secret, string value)
    {
        using var journey = await Customers.WithAsync(
            servers, $"tables:\n  t:\n    columns:\n      {column}\n", "CREATE TABLE t (id INTEGER PRIMARY KEY, email TEXT, shop TEXT)", $"INSERT INTO t VALUES (1, NULL, NULL), (2, {value}, NULL)");
        var refused = (await journey.TransformAsync("--show-values")).MustBe(1);
        Assert.Equal("2", refused.Finding("GW1218").Row);
        var quarantined = (await journey.TransformAsync("--quarantine", "--accept", "GW1222", "--show-values")).MustBe(1);
        Assert.Contains("quarantine", quarantined.Finding("GW1219").Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, refused.Output + refused.Error + quarantined.Output + quarantined.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_that_are_the_same_to_the_index_are_no_unique_key()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables:\n  t:\n    columns:\n      email: { transform: { blind_index: { purpose: t.e, normalise: email } } }\n",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, email TEXT UNIQUE)", "INSERT INTO t VALUES (1, 'Ada@example.org'), (2, ' ada@example.org')");
        Assert.Equal("1, 2", (await journey.TransformAsync()).MustBe(1).Finding("GW1221").Row);
    }
}
