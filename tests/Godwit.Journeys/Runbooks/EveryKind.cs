using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A runbook with a step of every kind, and the world around it: a service and a program that remember what they were asked, and with which key.</summary>
internal sealed class EveryKind : IAsyncDisposable
{
    /// <summary>In their order, as the target has them; without those that need more than a target, which <see cref="IsWhole"/> adds.</summary>
    public static readonly IReadOnlyList<string> Steps =
        ["settings", "tables", "one", "two", "insert", "by-email", "clean", "fill", "keys", "look", "closed", "announce", "warm", "traffic", "pointed", "opened", "rest", "watch"];

    private const string Phases = """
          expand:
            steps:
              - {id: settings, config: {env_file: app.env, variables: {NAME: {min_length: 3}}}}
              - {id: tables, sql: tables.sql}
              - {id: one, sql: one.sql}
              - {id: two, sql: two.sql}
              - {id: insert, sql: {up: insert.sql, verify: [{query: SELECT count(*) FROM log, expect: 1}]}}
              - {id: by-email, sql: {up: index.sql, transaction: false}}
              - {id: clean, sql: {up: vacuum.sql, transaction: false}}
          backfill:
            steps:
              - {id: fill, backfill: {from: people, set: {lower: {lower: email}}, min_rows: 200, max_rows: 200, pause: 5ms, empty_before: true}}
              - {id: keys, backfill: {from: people, into: keys, conflict: [person], columns: {person: {copy: id}, name: {lower: email}}, undo_where: 'true', min_rows: 200, max_rows: 200}}
          switch:
            gates:
              - integrity: {equal: [{name: people, left: SELECT count(*) FROM people, right: SELECT count(*) FROM keys}], not_null: [{table: people, columns: [lower]}], indexes: [public.*]}
            steps:
              - {id: look, smoke: [{sql: SELECT count(*) = 2000 FROM people}]}
              - {id: closed, maintenance: {mode: on, file: closed}}
              - {id: announce, http: {url: 'URL/announce', body: '{}', request_timeout: 2s, retries: 1, undo: {url: 'URL/announce', method: DELETE}}}
              - {id: warm, timeout: 5s, command: {run: [/bin/sh, note.sh, apply], files: [note.sh], undo: {run: [/bin/sh, note.sh, undo]}}}
              - {id: traffic, route: {weights: [50, 100], hold: 150ms, every: 50ms, file: {template: weights.template, path: weights.conf}}}
              - {id: pointed, env: {file: shop.env, variables: {DATABASE: {env: NEW_PLACE}}, reload: {run: [/bin/sh, -c, '. ./shop.env']}}}
              - {id: opened, maintenance: {mode: off, file: closed}}
          observe:
            steps:
              - {id: rest, wait: 200ms}
              - {id: watch, observe: {every: 50ms, sample: [{sql: SELECT count(*) = 2000 FROM keys}], at: [100ms, 250ms]}}
        """;

    /// <summary>Kinds whose work a server that goes away ends: a run that meets that pauses, and is none for tests in which it has to come to its end by itself.</summary>
    private const string Others = """
          verify:
            steps:
              - {id: save, backup: {}}
              - {id: copy, restore: copy}
              - {id: visit, smoke: {requests: visitors.yaml, url: 'URL'}}
              - {id: press, load: {requests: visitors.yaml, url: 'URL', rate: 40, duration: 500ms, thresholds: {errors: 0}}}
        """;

    private EveryKind(RunbookFolder folder, LoopbackService service, bool isWhole)
    {
        Folder = folder;
        Service = service;
        IsWhole = isWhole;
    }

    /// <summary>Whether backup, restore and requests to a service are among its steps.</summary>
    public bool IsWhole { get; }

    public RunbookFolder Folder { get; }

    public LoopbackService Service { get; }

    public TestDatabase Target => Folder.Target;

    /// <param name="server">Where.</param>
    /// <param name="whole">Whether backup, restore and requests to a service are among its steps.</param>
    public static async Task<EveryKind> MakeAsync(DatabaseServer server, bool whole = false)
    {
        var folder = await RunbookFolder.PrepareAsync(server);
        var service = new LoopbackService(_ => new LoopbackAnswer(200));
        folder.Environment["NEW_PLACE"] = "postgres://app:hunter22@db/shop";
        folder.Environment["COPY_URL"] = folder.Target.Url + "_copy";
        var phases = whole ? Phases.Replace("  switch:\n", $"{Others}\n  switch:\n", StringComparison.Ordinal) + "\nbackups: {destinations: [{path: backups}]}" : Phases;
        folder.Runbook(phases.Replace("URL", service.Url, StringComparison.Ordinal), sources: whole ? "{copy: {env: COPY_URL}}" : "{}")
            .Write("visitors.yaml", "godwit: 1\nscenarios: [{name: visitor, requests: [{name: home, path: /visit, timeout: 5s}]}]\n")
            .Write("app.env", "NAME=shop\n").Write("shop.env", "DATABASE=old\n").Write("weights.template", "blue @blue@ green @green@\n").Write("weights.conf", "blue 100 green 0\n")
            .Write("note.sh", "echo \"$1 $GODWIT_IDEMPOTENCY_KEY\" >> notes\n")
            .Sql(
                "tables.sql",
                """
                CREATE TABLE log (id bigserial PRIMARY KEY, step text NOT NULL);
                CREATE TABLE people (id int PRIMARY KEY, email text NOT NULL, lower text);
                CREATE TABLE keys (person int PRIMARY KEY, name text NOT NULL);
                INSERT INTO people SELECT n, 'P' || n || '@Example.com' FROM generate_series(1, 2000) n;
                """,
                "DROP TABLE log; DROP TABLE keys; DROP TABLE people")
            .Sql("one.sql", "CREATE TABLE one (id int)", "DROP TABLE one")
            .Sql("two.sql", "CREATE TABLE two (id int)", "DROP TABLE two")
            .Sql("insert.sql", "INSERT INTO log (step) VALUES ('insert'); SELECT pg_sleep(0.05);", "DELETE FROM log WHERE step = 'insert'; SELECT pg_sleep(0.05);")
            .Sql("index.sql", "CREATE INDEX CONCURRENTLY people_email ON people (email)", "DROP INDEX CONCURRENTLY IF EXISTS people_email")
            .Sql("vacuum.sql", "VACUUM people", "VACUUM people");
        return new EveryKind(folder, service, whole);
    }

    private static readonly Lock s_lock = new();

    private static readonly Dictionary<bool, Task<string>> s_undisturbed = [];

    /// <summary>What a run leaves that nobody disturbs, the same on every server; done once.</summary>
    public static Task<string> UndisturbedAsync(DatabaseServer server, bool whole = false)
    {
        lock (s_lock) return s_undisturbed.TryGetValue(whole, out var known) ? known : s_undisturbed[whole] = RunUndisturbedAsync(server, whole);
    }

    private static async Task<string> RunUndisturbedAsync(DatabaseServer server, bool whole)
    {
        await using var world = await MakeAsync(server, whole);
        (await world.Folder.RunAsync("run")).MustBe(0);
        var state = await world.StateAsync();
        await world.AssertDoneAsync(state);
        return state;
    }

    /// <summary>The run is finished as one that nobody disturbed.</summary>
    public async Task AssertDoneAsync(string undisturbed)
    {
        Assert.Equal("DATABASE=postgres://app:hunter22@db/shop\n", await File.ReadAllTextAsync(Folder.In("shop.env"), TestContext.Current.CancellationToken));
        Assert.Equal(undisturbed, await StateAsync());
        AssertOneKeyEach(back: false);
        if (IsWhole) await AssertSavedAsync();
        await AssertNothingLeftOverAsync();
    }

    /// <summary>However often it was begun, there is a verified backup and nothing half made beside it, and the copy has its rows.</summary>
    private async Task AssertSavedAsync()
    {
        var backups = JsonDocument.Parse((await GodwitProcess.RunAsync(Folder.Path, Folder.Environment, ["backup", "list", "--json"])).MustBe(0).Output).RootElement.GetProperty("backups").EnumerateArray().ToList();
        Assert.NotEmpty(backups);
        Assert.Equal(backups.Count, Directory.GetFileSystemEntries(Folder.In("backups")).Length);
        Assert.Equal(2000, await new TestDatabase(Target.Server, Target.Name + "_copy").ScalarAsync<long>("SELECT count(*) FROM public.keys"));
    }

    /// <summary>The run is gone back to the beginning.</summary>
    public async Task AssertUndoneAsync()
    {
        Assert.Equal(0, await Target.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
        Assert.Equal("blue 100 green 0\n", await File.ReadAllTextAsync(Folder.In("weights.conf"), TestContext.Current.CancellationToken));
        Assert.Equal("DATABASE=old\n", await File.ReadAllTextAsync(Folder.In("shop.env"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(Folder.Path, "shop.env.before-*"));
        Assert.False(File.Exists(Folder.In("closed")));
        AssertOneKeyEach(back: true);
        await AssertNothingLeftOverAsync();
    }

    /// <summary>What a finished run leaves, the same for every run of it: schema, rows, files.</summary>
    private async Task<string> StateAsync() => string.Join('\n',
    [
        await Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE kind = 'phase-ended' AND body LIKE '%Observe%' ORDER BY sequence DESC LIMIT 1"),
        await Target.ScalarAsync<string>("SELECT md5(string_agg(p::text, ' ' ORDER BY id)) FROM public.people p"),
        await Target.ScalarAsync<string>("SELECT md5(string_agg(k::text, ' ' ORDER BY person)) FROM public.keys k"),
        await Target.ScalarAsync<string>("SELECT string_agg(step, ' ') FROM public.log"),
        await Target.ScalarAsync<string>("SELECT string_agg(id || ' ' || state, ', ' ORDER BY ordinal) FROM godwit.steps"),
        .. FilesBeside(),
    ]);

    /// <summary>The files that steps write, with their text, and whatever else lies there.</summary>
    private IEnumerable<string> FilesBeside() =>
        Directory.EnumerateFiles(Folder.Path, "*", SearchOption.TopDirectoryOnly).Order(StringComparer.Ordinal)
            // A certificate is named after its run.
            .Select(f => Path.GetFileName(f) switch
            {
                // Holds where the database is, and is named after its run.
                "shop.env" => "pointed",
                var name when name.StartsWith("shop.env.before-", StringComparison.Ordinal) => $"before: {File.ReadAllText(f)}",
                "notes" or "runbook.yaml" => Path.GetFileName(f),
                var name when name.EndsWith(".certificate.json", StringComparison.Ordinal) => "certificate",
                var name => $"{name}: {File.ReadAllText(f)}",
            });

    /// <summary>However often an effect outside was begun, it carried one key; and each of them was.</summary>
    private void AssertOneKeyEach(bool back)
    {
        var notes = File.ReadAllLines(Folder.In("notes")).Select(l => l.Split(' ')).Select(w => (What: $"note {w[0]}", Key: w[1]));
        var requests = Service.Requests.Where(r => r.Path != "/visit").Select(r => (What: r.Method, Key: r.Headers["Idempotency-Key"]));
        var effects = notes.Concat(requests).GroupBy(e => e.What, e => e.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Distinct(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        Assert.Equal(back ? ["DELETE", "POST", "note apply", "note undo"] : ["POST", "note apply"], effects.Keys.Order(StringComparer.Ordinal));
        Assert.All(effects.Values, keys => Assert.Single(keys));
    }

    /// <summary>Nothing is left over: no lease, no session, no half-built index; and the journal holds together.</summary>
    private async Task AssertNothingLeftOverAsync()
    {
        Assert.Equal(0, await Target.ScalarAsync<long>("SELECT count(*) FROM godwit.leases"));
        Assert.Equal(0, await Target.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready"));
        await Patience.UntilAsync(async () => await Target.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'godwit %'") == 0);
        (await GodwitProcess.RunAsync(Folder.Path, Folder.Environment, ["journal", "verify", "--to", Target.Url])).MustBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Folder.Dispose();
    }
}
