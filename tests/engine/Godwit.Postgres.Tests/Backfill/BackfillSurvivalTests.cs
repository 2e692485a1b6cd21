using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Broken connections, writers beside it, locks.</summary>
public sealed class BackfillSurvivalTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Schema =
        """
        CREATE TABLE people (id int PRIMARY KEY, email text NOT NULL, email_lower text);
        CREATE TABLE contacts (person int PRIMARY KEY, email text NOT NULL, made int NOT NULL DEFAULT 1);
        INSERT INTO people SELECT n, 'P' || n || '@Example.com' FROM generate_series(1, 600) n;
        """;

    private const string Set = "{from: people, set: {email_lower: {lower: email}}, min_rows: 100, max_rows: 100, empty_before: true}";

    private const string Into = "{from: people, into: contacts, conflict: [person], columns: {person: {copy: id}, email: {lower: email}}, undo_where: made = 1, min_rows: 100, max_rows: 100}";

    [Theory]
    [InlineData(Set)]
    [InlineData(Into)]
    public async Task Broken_at_any_statement_it_ends_the_same(string yaml)
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, yaml);
        var deaths = 0;
        for (var strike = 1; ; strike += 3)
        {
            var fatal = fill.Run.Statements + strike;
            fill.Run.Before = (connection, number) => number == fatal ? connection.CloseAsync() : Task.CompletedTask;
            try
            {
                AssertPassed(await fill.ApplyAsync());
                break;
            }
            catch (Exception e) when (e is TargetFaultException or InvalidOperationException)
            {
                deaths++;
            }
        }
        fill.Run.Before = null;
        Assert.InRange(deaths, 3, 100);
        AssertPassed(await fill.VerifyAsync());
        Assert.Equal(yaml == Into ? 600 : 0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM contacts"));

        // Back the same way.
        for (var strike = 1; ; strike += 3)
        {
            var fatal = fill.Run.Statements + strike;
            fill.Run.Before = (connection, number) => number == fatal ? connection.CloseAsync() : Task.CompletedTask;
            try
            {
                AssertPassed(await fill.UndoAsync());
                break;
            }
            catch (Exception e) when (e is TargetFaultException or InvalidOperationException)
            {
                deaths++;
            }
        }
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM contacts) + (SELECT count(email_lower) FROM people)"));
    }

    [Fact]
    public async Task A_verification_that_is_paused_goes_on_where_it_was()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set);
        AssertPassed(await fill.ApplyAsync());
        var batches = 0;
        fill.PauseRequested = () => ++batches == 4;
        Assert.IsType<StepResult.Undecided>(await fill.VerifyAsync());
        fill.PauseRequested = () => false;

        // As a run goes on: the step is applied again first, which is no other pass here.
        var texts = fill.Run.Texts.Count;
        AssertPassed(await fill.ApplyAsync());
        Assert.DoesNotContain(fill.Run.Texts.Skip(texts), t => t.StartsWith("UPDATE", StringComparison.OrdinalIgnoreCase) && t.Contains("email_lower", StringComparison.Ordinal));
        batches = 0;
        fill.PauseRequested = () => ++batches < 0;
        var verified = await fill.VerifyAsync();
        AssertPassed(verified);
        Assert.Equal("600", verified.Evidence!["right"]);
        Assert.Equal(2, batches);

        // The next one is whole again.
        await fill.Database.ExecuteAsync("UPDATE people SET email_lower = 'x' WHERE id = 1");
        AssertFailed(await fill.VerifyAsync(), FindingCodes.LeftOver);
    }

    [Theory]
    [InlineData(Set)]
    [InlineData(Into)]
    public async Task A_row_that_changes_between_reading_and_writing_is_read_again(string yaml)
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, yaml);
        var struck = false;
        fill.Run.Before = async (_, _) =>
        {
            // Right before the statement that writes the first batch, after it was read.
            if (struck || !(fill.Run.Texts[^1].StartsWith("UPDATE \"public\".\"people\"", StringComparison.Ordinal) || fill.Run.Texts[^1].StartsWith("INSERT", StringComparison.Ordinal))) return;
            struck = true;
            await fill.Database.ExecuteAsync("UPDATE people SET email = 'NEW@Example.com' WHERE id = 50; DELETE FROM people WHERE id = 51");
        };
        AssertPassed(await fill.ApplyAsync());
        Assert.True(struck);
        AssertPassed(await fill.VerifyAsync());
        Assert.Equal("new@example.com", await fill.Database.ScalarAsync<string>("SELECT coalesce((SELECT email_lower FROM people WHERE id = 50), (SELECT email FROM contacts WHERE person = 50))"));
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM contacts WHERE person = 51"));
    }

    [Fact]
    public async Task A_writer_that_has_not_committed_wins_over_what_was_read()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set);
        await using var writer = await fill.Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await writer.BeginTransactionAsync(Token);
        await using (var update = new NpgsqlCommand("UPDATE people SET email = 'Later@Example.com', email_lower = 'later@example.com' WHERE id = 10", writer, transaction)) await update.ExecuteNonQueryAsync(Token);
        var applying = fill.ApplyAsync();
        while (!applying.IsCompleted && !await fill.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")) await Task.Delay(10, Token);
        await transaction.CommitAsync(Token);
        AssertPassed(await applying);
        Assert.Equal("later@example.com", await fill.Database.ScalarAsync<string>("SELECT email_lower FROM people WHERE id = 10"));
        AssertPassed(await fill.VerifyAsync());
    }

    [Fact]
    public async Task Writers_that_write_both_lose_nothing()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set.Replace("max_rows: 100", "max_rows: 100, pause: 20ms", StringComparison.Ordinal));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writes = 0;
        var writing = Task.Run(async () =>
        {
            await using var connection = await fill.Database.OpenAsync(cancellationToken: Token);
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                await using var command = new NpgsqlCommand("UPDATE people SET email = $1, email_lower = lower($1) WHERE id = $2", connection) { Parameters = { new() { Value = $"W{n}@Example.com" }, new() { Value = 1 + (n * 37 % 600) } } };
                await command.ExecuteNonQueryAsync(Token);
                writes++;
            }
        }, Token);
        AssertPassed(await fill.ApplyAsync());
        await stop.CancelAsync();
        await writing;
        Assert.True(writes > 0);
        AssertPassed(await fill.VerifyAsync());
    }

    [Fact]
    public async Task A_row_that_somebody_holds_is_isolated_and_recorded_and_the_rest_goes_on()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set.Replace("empty_before: true", "lock_timeout: 20ms, max_failures: 0.01, passes: 1", StringComparison.Ordinal));
        await using var holder = await fill.Database.OpenAsync(cancellationToken: Token);
        await using (var transaction = await holder.BeginTransactionAsync(Token))
        {
            await using (var hold = new NpgsqlCommand("SELECT FROM people WHERE id = 333 FOR UPDATE", holder, transaction)) await hold.ExecuteNonQueryAsync(Token);
            var applied = await fill.ApplyAsync();
            AssertPassed(applied);
            Assert.Contains("SQLSTATE 55P03", applied.Evidence["failed"], StringComparison.Ordinal);
            Assert.Equal(599, await fill.Database.ScalarAsync<long>("SELECT count(email_lower) FROM people"));
        }
        AssertPassed(await fill.ApplyAsync());
        Assert.Equal("600", (await fill.VerifyAsync()).Evidence["right"]);
    }

    [Fact]
    public async Task A_batch_that_times_out_is_halved_until_it_fits()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set.Replace("empty_before: true", "statement_timeout: 400ms, passes: 1", StringComparison.Ordinal));
        // About 10 ms a row: a hundred of them are more than the limit.
        await fill.Database.ExecuteAsync(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION slow();
            DELETE FROM people WHERE id > 150;
            """);
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
    }

    [Fact]
    public async Task Rows_that_a_constraint_refuses_stop_the_step_and_are_named_by_nothing_but_their_digests()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set);
        await fill.Database.ExecuteAsync("ALTER TABLE people ADD CHECK (email_lower <> 'p42@example.com')");
        var finding = AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
        Assert.Contains("SQLSTATE 23514", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p42", finding.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(41, await fill.Database.ScalarAsync<long>("SELECT count(email_lower) FROM people"));
    }

    [Fact]
    public async Task A_trigger_that_swallows_a_write_is_a_failure()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Set);
        await fill.Database.ExecuteAsync(
            """
            CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER swallow BEFORE UPDATE ON people FOR EACH ROW WHEN (OLD.id = 5) EXECUTE FUNCTION swallow();
            """);
        AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
    }

    [Fact]
    public async Task A_condition_that_fails_by_itself_ends_with_its_fault()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, "{from: people, where: '1 / (id - 5) IS NOT NULL', set: {email_lower: {lower: email}}, max_failures: 1}");
        var fault = await Assert.ThrowsAsync<TargetFaultException>(fill.ApplyAsync);
        Assert.Equal("22012", fault.SqlState);
    }
}
