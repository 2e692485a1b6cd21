using System.Text.Json;
using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>A runbook whose switch takes two reviewers, and people with keys of their own.</summary>
internal sealed class ApprovalFolder(RunbookFolder folder) : IDisposable
{
    public const string Phases = """
          expand:
            steps:
              - sql: first.sql
          switch:
            steps:
              - sql: second.sql
        """;

    public const string TwoReviewers = "\napprovals: {switch: [{role: Reviewer, count: 2}]}";

    public RunbookFolder Folder => folder;

    public TestDatabase Target => folder.Target;

    public static async Task<ApprovalFolder> PrepareAsync(PostgresServers servers, string more = TwoReviewers)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Runbook(Phases + more).Sql("first.sql", "CREATE TABLE public.first (id int)", "DROP TABLE public.first").Sql("second.sql", "CREATE TABLE public.second (id int)", "DROP TABLE public.second");
        return new ApprovalFolder(folder);
    }

    /// <summary>Makes a key pair and has the administrator pin it.</summary>
    public async Task<ApprovalFolder> PinAsync(string name, params string[] roles)
    {
        await MakeAsync(name);
        (await RunAsync(["keys", "person", "add", name, "--public-key", Public(name), .. roles.SelectMany(r => new[] { "--role", r }), "--runbook", folder.File])).MustBe(0);
        return this;
    }

    public async Task MakeAsync(string name) => (await RunAsync("keys", "person", "new", name, "--out", Public(name))).MustBe(0);

    public string Public(string name) => folder.In($"{name}.jwk");

    public async Task SignPlanAsync(string name) => (await Folder.RunAsync("plan", "--sign", "--as", name)).MustBe(0);

    public Task<Outcome> ApproveAsync(string name, params string[] more) => folder.RunAsync(["approve", "--as", name, .. more]);

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(folder.Path, folder.Environment, arguments);

    public async Task<JsonElement> JsonAsync(int exitCode, params IReadOnlyList<string> arguments) =>
        JsonDocument.Parse((await RunAsync([.. arguments, "--json"])).MustBe(exitCode).Output).RootElement;

    /// <summary>As somebody who may do anything in the database, and leaves no trace of having done it.</summary>
    public Task TamperAsync(string sql) => Target.ExecuteAsync($"ALTER TABLE godwit.approvals DISABLE TRIGGER append_only; ALTER TABLE godwit.journal DISABLE TRIGGER append_only; {sql}; ALTER TABLE godwit.approvals ENABLE ALWAYS TRIGGER append_only; ALTER TABLE godwit.journal ENABLE ALWAYS TRIGGER append_only");

    public Task<bool> IsSwitchedAsync() => Target.ScalarAsync<bool>("SELECT to_regclass('public.second') IS NOT NULL");

    public void Dispose() => folder.Dispose();
}
