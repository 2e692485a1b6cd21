using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>What is wrong is found before anything is done, in the settings and in the catalog.</summary>
public sealed class BackfillPrecheckTests(PostgresServers servers)
{
    private const string Schema =
        """
        CREATE TABLE t (id int PRIMARY KEY, a text, b text, g text GENERATED ALWAYS AS (a || 'x') STORED, n int UNIQUE, d int NOT NULL, raw bytea);
        CREATE UNIQUE INDEX partial ON t (d) WHERE d > 0;
        CREATE TABLE keyless (a text, b text);
        CREATE TABLE other (k text UNIQUE NOT NULL, v text, made timestamptz);
        """;

    [Theory]
    [InlineData("{from: missing, set: {b: {lower: a}}}", "GW1743")]
    [InlineData("{from: t, set: {missing: {lower: a}}}", "GW1743")]
    [InlineData("{from: t, set: {b: {lower: missing}}}", "GW1743")]
    [InlineData("{from: t, set: {g: {lower: a}}}", "GW1743")]
    [InlineData("{from: t, set: {id: {copy: n}}}", "GW1743")]
    [InlineData("{from: t, set: {b: {hash: {from: a, output: bytea}}}}", "GW1743")]
    [InlineData("{from: t, set: {b: {copy: raw}}}", "GW1743")]
    [InlineData("{from: t, where: nothing > 0, set: {b: {lower: a}}}", "GW1743")]
    [InlineData("{from: t, set: {b: {sql: lower(}}}", "GW1743")]
    [InlineData("{from: t, set: {b: {sql: no_such(a)}}}", "GW1743")]
    [InlineData("{from: keyless, set: {b: {lower: a}}}", "GW1744")]
    [InlineData("{from: t, key: [n], set: {b: {lower: a}}}", "GW1744")]
    [InlineData("{from: t, key: [d], set: {b: {lower: a}}}", "GW1744")]
    [InlineData("{from: t, into: missing, conflict: [k], columns: {k: {copy: a}}}", "GW1743")]
    [InlineData("{from: t, into: other, conflict: [v], columns: {v: {copy: a}}}", "GW1744")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {k: {copy: a}}, marker: made}", "GW1743")]
    public async Task The_catalog_has_the_last_word(string yaml, string code)
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, yaml);
        AssertFailed(await fill.PrecheckAsync(), FindingCodes.All[code]);
    }

    [Theory]
    [InlineData("{from: t}")]
    [InlineData("{from: t, set: {b: {lower: a}}, into: other, conflict: [k], columns: {k: {copy: a}}}")]
    [InlineData("{from: t, into: other, conflict: [k]}")]
    [InlineData("{from: t, set: {}}")]
    [InlineData("{from: t, set: {b: {lower: a}}, min_rows: 10, max_rows: 5}")]
    [InlineData("{from: t, into: other, columns: {k: {copy: a}}}")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {v: {copy: a}}}")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {k: {sql: {expression: random(), volatile: true}}}}")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {k: {copy: a}}, marker: k}")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {k: {copy: a}}, marker: v, undo_where: v = 'x'}")]
    [InlineData("{from: t, into: other, conflict: [k], columns: {k: {copy: a}}, empty_before: true}")]
    [InlineData("{from: t, set: {b: {lower: a}}, marker: v}")]
    [InlineData("{from: t, where: b IS NULL, set: {b: {lower: a}}}")]
    public void Settings_that_do_not_go_together_are_found_without_a_database(string yaml) =>
        Assert.Contains(FindingCodes.BackfillSettings, Kind.Check(Read(yaml), new Dictionary<string, PlannedFile>(StringComparer.Ordinal)).Select(f => f.Code));

    [Fact]
    public void A_column_that_a_condition_names_only_in_a_text_is_no_finding() =>
        Assert.Empty(Kind.Check(Read("{from: t, where: \"a <> 'b' AND ab > 'it''s b'\", set: {b: {lower: a}}}"), new Dictionary<string, PlannedFile>(StringComparer.Ordinal)));

    [Fact]
    public async Task A_right_that_is_missing_is_named()
    {
        var server = await servers.DefaultAsync();
        var fill = await MakeAsync(server, Schema, "{from: t, set: {b: {lower: a}}}");
        await fill.Database.ExecuteAsync("ALTER TABLE t OWNER TO postgres; GRANT SELECT ON t TO godwit;", superuser: true);
        var finding = AssertFailed(await fill.PrecheckAsync(), FindingCodes.MissingRight);
        Assert.Contains("UPDATE", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_precheck_changes_nothing()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, "{from: t, set: {b: {lower: a}}}");
        await fill.Database.ExecuteAsync("INSERT INTO t (id, a, d) VALUES (1, 'A', 1)");
        AssertPassed(await fill.PrecheckAsync());
        Assert.Null(await fill.Run.ProgressAsync());
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(b) FROM t"));
    }
}
