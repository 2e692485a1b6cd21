using Godwit.Model.Findings;
using Godwit.Postgres.Verification;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Verification;

/// <summary>Damage in the rows, past constraints that still look well.</summary>
public sealed class RowChecksTests(PostgresServers servers)
{
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Orphans_are_counted_though_the_key_is_declared_valid(int major)
    {
        var target = await MusicTarget.MakeAsync(await servers.OfAsync(major));
        await target.DamageAsync("SET session_replication_role = replica;;INSERT INTO {Play} SELECT i, 1, i, NULL FROM generate_series(100, 119) i", superuser: true);
        var result = await target.CheckAsync(new ForeignKeysCheck());
        var finding = Assert.Single(result.Findings, f => f.Severity == Severity.Error);
        Assert.Equal(20, result.Counts["orphans"]);
        Assert.Equal(FindingCodes.ConstraintNotValid, finding.Code);
        Assert.Equal("foreign key Play_Track_fkey of Play does not hold: 20 rows refer to no row of Track", finding.Message);
        Assert.Equal("Play", finding.Table);
        Assert.Equal(10, finding.Value!.Split("; ").Length);
        Assert.StartsWith("Id = 100; Id = 101", finding.Value);
    }

    [Fact]
    public async Task Accepted_orphans_are_a_note()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        var result = await target.CheckAsync(new ForeignKeysCheck());
        var finding = Assert.Single(result.Findings);
        Assert.True(result.Passed);
        Assert.Equal((Severity.Note, "Id = 1"), (finding.Severity, finding.Value));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task NULL_in_a_required_column_is_counted_though_the_column_is_NOT_NULL(int major)
    {
        var target = await MusicTarget.MakeAsync(await servers.OfAsync(major));
        await target.DamageAsync("""
            ALTER TABLE {Artist} ALTER "Name" DROP NOT NULL;;UPDATE {Artist} SET "Name" = NULL WHERE "Id" > 1;;
            UPDATE pg_attribute SET attnotnull = true WHERE attname = 'Name' AND attrelid = '{Artist}'::regclass
            """, superuser: true);
        var result = await target.CheckAsync(new RequiredColumnsCheck());
        Assert.Equal(2, result.Counts["nulls"]);
        Assert.Equal("column Name of Artist holds NULL in 2 rows, though it is required", Assert.Single(result.Findings).Message);
    }

    [Fact]
    public async Task Duplicates_are_found_in_a_key_whose_constraint_is_gone()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await target.DamageAsync("ALTER TABLE {Artist} DROP CONSTRAINT \"Artist_Name_key\";;INSERT INTO {Artist} VALUES (8, 'Ada', NULL), (9, 'Ada', NULL)");
        var result = await target.CheckAsync(new UniquenessCheck());
        var finding = Assert.Single(result.Findings);
        Assert.Equal("key Artist_Name_key of Artist is not unique: 1 values stand in 3 rows", finding.Message);
        Assert.Equal("Ada", finding.Value);
        Assert.Equal(2, result.Counts["duplicates"]);
    }

    [Fact]
    public async Task Duplicates_are_found_by_expression_and_predicate()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await target.DamageAsync("""
            DROP INDEX {schema}."Artist_Nick_key";;DROP INDEX {schema}."Album_Label";;
            UPDATE {Artist} SET "Nick" = 'a' WHERE "Id" = 7;;
            INSERT INTO {Album} VALUES (8, 1, 0, DEFAULT, NULL, 'ONE'), (9, 1, 0, DEFAULT, NULL, 'none')
            """);
        var result = await target.CheckAsync(new UniquenessCheck());
        Assert.Equal(["a", "one, 1"], result.Findings.Select(f => f.Value));
    }

    [Fact]
    public async Task A_corrupt_index_cannot_hide_duplicates()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        // Without the index in the catalog's eyes, a second Ada goes in; then the index is there again and does not know of her.
        await target.DamageAsync("""
            CREATE EXTENSION amcheck;;
            UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = '{Artist_Name_key}'::regclass;;
            INSERT INTO {Artist} VALUES (8, 'Ada', NULL);;
            UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = '{Artist_Name_key}'::regclass
            """, superuser: true);
        Assert.Single((await target.CheckAsync(new UniquenessCheck())).Findings);
        Assert.Empty((await target.CheckAsync(new IndexValidityCheck())).Findings);
        var content = await target.CheckAsync(new IndexContentCheck(), superuser: true);
        Assert.StartsWith("index Artist_Name_key of Artist is corrupt", Assert.Single(content.Findings).Message);
        Assert.False(content.Passed);
    }

    [Fact]
    public async Task An_index_that_a_failed_CONCURRENTLY_left_is_named()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => target.DamageAsync("CREATE UNIQUE INDEX CONCURRENTLY half_made ON {Track} (\"Position\")"));
        var result = await target.CheckAsync(new IndexValidityCheck());
        Assert.Equal("index half_made of Track is not ready, so not valid", Assert.Single(result.Findings).Message);
        Assert.Equal(9, result.Counts["indexes"]);
    }

    [Fact]
    public async Task Row_security_is_an_error_and_not_fewer_rows()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await target.DamageAsync("ALTER TABLE {Play} ENABLE ROW LEVEL SECURITY;;ALTER TABLE {Play} FORCE ROW LEVEL SECURITY");
        var fault = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => target.CheckAsync(new RequiredColumnsCheck()));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
    }

    [Fact]
    public async Task Without_amcheck_a_note_says_what_was_not_looked_at()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        Assert.Contains("is not installed", Assert.Single((await target.CheckAsync(new IndexContentCheck())).Findings).Message);
        await target.DamageAsync("CREATE EXTENSION amcheck", superuser: true);
        var refused = await target.CheckAsync(new IndexContentCheck());
        Assert.True(refused.Passed);
        Assert.Contains("may not call", Assert.Single(refused.Findings).Message);
        var looked = await target.CheckAsync(new IndexContentCheck(), superuser: true);
        Assert.Empty(looked.Findings);
        Assert.Equal(8, looked.Counts["indexes"]);
    }
}
