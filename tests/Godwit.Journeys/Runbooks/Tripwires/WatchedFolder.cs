using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A runbook of several phases, slow enough to be met in each, with a figure that the test sets.</summary>
internal static class WatchedFolder
{
    /// <summary>What most tests watch: a number in a table.</summary>
    public const string Errors = "{id: errors, sql: SELECT value FROM figures, above: 5, every: 100ms, baseline: 300ms, no_data: 1s, action: rollback, phases: [expand, backfill, switch, observe, rollback]}";

    /// <param name="servers">Where.</param>
    /// <param name="tripwires">Each in flow style.</param>
    public static async Task<RunbookFolder> MakeAsync(PostgresServers servers, params IReadOnlyList<string> tripwires)
    {
        var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook($$$"""
              expand:
                steps:
                  - {id: column, sql: column.sql}
              backfill:
                steps:
                  - id: fill
                    backfill: {from: people, set: {lower_name: {lower: name}}, empty_before: true, min_rows: 50, max_rows: 50, rows_per_second: 500}
              switch:
                steps:
                  - {id: switched, sql: switched.sql}
                  - {id: settle, wait: 2s}
              observe:
                steps:
                  - {id: watch, wait: 3s}
            tripwires:
            {{{string.Join('\n', tripwires.Select(t => $"  - {t}"))}}}
            """)
            .Sql("column.sql", "ALTER TABLE people ADD lower_name text", "ALTER TABLE people DROP lower_name")
            .Sql("switched.sql", "CREATE VIEW new_people AS SELECT id, lower_name FROM people", "DROP VIEW new_people");
        await folder.Target.ExecuteAsync("CREATE TABLE public.people (id int PRIMARY KEY, name text NOT NULL); INSERT INTO public.people SELECT i, 'Name ' || i FROM generate_series(1, 1000) i; CREATE TABLE public.figures (value numeric); INSERT INTO public.figures VALUES (1)");
        return folder;
    }

    public static Task SetAsync(this RunbookFolder folder, int value) => folder.Target.ExecuteAsync($"UPDATE public.figures SET value = {value}");

    /// <summary>Waits until a step is at work.</summary>
    public static Task UntilAtAsync(this RunbookFolder folder, string step, Task run) => Patience.UntilAsync(
        async () => await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.steps') IS NOT NULL") && await folder.Target.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM godwit.steps WHERE id = '{step}' AND state = 'Applying')"), run);

    /// <summary>What the journal has of a kind, one after another.</summary>
    public static Task<string> NotesAsync(this RunbookFolder folder, string kind) => folder.Target.ScalarAsync<string>($"SELECT coalesce((SELECT string_agg(body, E'\\n' ORDER BY sequence) FROM godwit.journal WHERE kind = '{kind}'), '')");

    /// <summary>The target is as it was before the run.</summary>
    public static async Task MustBeAsBeforeAsync(this RunbookFolder folder) =>
        Assert.Equal("people.id,people.name,figures.value", await folder.Target.ScalarAsync<string>("SELECT string_agg(c.relname || '.' || attname, ',' ORDER BY c.oid, attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped"));
}
