using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Notices;

/// <summary>A runbook that tells people, and its commands.</summary>
internal sealed class NoticeFolder : IDisposable
{
    public const string OneStep = """
        phases:
          expand:
            steps:
              - sql: one.sql
        """;

    private NoticeFolder(RunbookFolder folder)
    {
        Folder = folder;
        folder.Sql("one.sql", "CREATE TABLE one (id bigint)", "DROP TABLE one").Sql("two.sql", "CREATE TABLE two (id bigint)", "DROP TABLE two").Sql("bad.sql", "CREATE TABLE nowhere.bad (id bigint)", "SELECT 1");
    }

    public RunbookFolder Folder { get; }

    public Dictionary<string, string?> Environment => Folder.Environment;

    public static async Task<NoticeFolder> PrepareAsync(PostgresServers servers) => new(await RunbookFolder.PrepareAsync(servers));

    public NoticeFolder At(LoopbackService service, string variable, string path = "")
    {
        Environment[variable] = service.Url + path;
        return this;
    }

    public NoticeFolder Mail(MailSink sink)
    {
        Environment["SMTP_SERVER"] = sink.Server;
        Environment["SMTP_FROM"] = "godwit@example.org";
        return this;
    }

    /// <param name="top">Keys of the runbook's top level.</param>
    /// <param name="phases">With their key.</param>
    public NoticeFolder Notices(string top, string phases = OneStep)
    {
        Folder.Write("runbook.yaml", $"godwit: 1\nname: shop\ntarget: {{env: DATABASE_URL}}\n{top}\n{phases}\n");
        return this;
    }

    public Task<Outcome> CommandAsync(string command, params IReadOnlyList<string> options) => GodwitProcess.RunAsync(Folder.Path, Environment, ["notices", command, Folder.File, .. options]);

    public async Task<JsonElement> ListAsync() => JsonDocument.Parse((await CommandAsync("list", "--json")).MustBe(0).Output).RootElement;

    /// <summary>Everything of a run that is kept in the target, but for its plan.</summary>
    public Task<string> RecordAsync() => Folder.Target.ScalarAsync<string>(
        "SELECT coalesce((SELECT string_agg(body, ' ') FROM godwit.journal), '') || coalesce((SELECT string_agg(n::text, ' ') FROM godwit.notices n), '') || coalesce((SELECT string_agg(g::text, ' ') FROM godwit.gates g), '')");

    public void Dispose() => Folder.Dispose();
}
