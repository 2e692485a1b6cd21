using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>A commit that was made and whose answer never came: what it did is done once, whatever it was.</summary>
public sealed class LostAnswerTests(LostAnswers answers) : IClassFixture<LostAnswers>
{
    [Theory]
    [InlineData("godwit.journal", "NEW.kind = 'step-applied' AND NEW.body LIKE '%\"insert\"%'")]
    [InlineData("godwit.journal", "NEW.kind = 'step-applied' AND NEW.body LIKE '%\"checked\"%'")]
    [InlineData("godwit.journal", "NEW.kind = 'step-verified' AND NEW.body LIKE '%\"checked\"%'")]
    [InlineData("godwit.journal", "NEW.kind = 'step-applied' AND NEW.body LIKE '%\"one\"%'")]
    [InlineData("godwit.journal", "NEW.kind = 'step-began' AND NEW.body LIKE '%\"index\"%'")]
    [InlineData("godwit.journal", "NEW.kind = 'step-applied' AND NEW.body LIKE '%\"index\"%'")]
    [InlineData("godwit.steps", "NEW.id = 'index' AND NEW.progress LIKE '%\"Begun\":0%'")]
    [InlineData("godwit.steps", "NEW.id = 'index' AND NEW.progress LIKE '%\"Done\":1%'")]
    [InlineData("godwit.steps", "NEW.id = 'fill' AND NEW.done = 200")]
    [InlineData("godwit.journal", "NEW.kind = 'phase-began' AND NEW.body LIKE '%backfill%'")]
    [InlineData("godwit.journal", "NEW.kind = 'phase-ended' AND NEW.body LIKE '%expand%'")]
    [InlineData("godwit.journal", "NEW.kind = 'phase-began' AND NEW.body LIKE '%expand%'")]
    [InlineData("godwit.journal", "NEW.kind = 'phase-ended' AND NEW.body LIKE '%backfill%'")]
    [InlineData("godwit.journal", "NEW.kind = 'run-finished'")]
    public async Task A_commit_that_was_made_and_not_answered_is_done_once(string table, string commit)
    {
        var database = await answers.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE public.log (step text); CREATE TABLE public.people (id int PRIMARY KEY, email text, lower text); INSERT INTO public.people SELECT n, 'P' || n FROM generate_series(1, 400) n");
        var script = new Script(database)
            .Sql(Phase.Expand, "one", "CREATE TABLE one (id int)", "DROP TABLE one")
            .Sql(Phase.Expand, "two", "CREATE TABLE two (id int)", "DROP TABLE two")
            .Sql(Phase.Expand, "insert", "INSERT INTO log VALUES ('insert')", "DELETE FROM log")
            .Sql(Phase.Expand, "checked", "INSERT INTO log VALUES ('checked')", "DELETE FROM log", verify: ("SELECT count(*) FROM log", "2"))
            .Sql(Phase.Expand, "index", "CREATE INDEX CONCURRENTLY log_step ON log (step)", "DROP INDEX CONCURRENTLY log_step", transaction: false)
            .Backfill(Phase.Backfill, "fill", "{from: people, set: {lower: {lower: email}}, min_rows: 100, max_rows: 100, empty_before: true}");

        var outcome = await LostAnswers.LoseAsync(database, table, commit, script.RunAsync);

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), outcome);
        Assert.Equal("checked,insert", await database.ScalarAsync<string>("SELECT string_agg(step, ',' ORDER BY step) FROM public.log"));
        Assert.Equal(400, await database.ScalarAsync<long>("SELECT count(*) FROM public.people WHERE lower = lower(email)"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM pg_index i WHERE i.indexrelid = 'public.log_step'::regclass AND i.indisvalid"));
        // What came to its end came to it once.
        Assert.Equal(
            "",
            await database.ScalarAsync<string>(
                """
                SELECT coalesce(string_agg(twice, '; '), '') FROM (
                    SELECT kind || ' ' || body FROM godwit.journal WHERE kind IN ('step-applied', 'step-verified', 'phase-began', 'phase-ended', 'run-finished')
                    GROUP BY kind, body HAVING count(*) > 1) g(twice)
                """));
        Assert.Equal(RunbookState.Finished, (await script.ReadAsync()).State);
    }
}
