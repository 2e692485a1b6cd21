using System.Text.Json;
using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Keys;

/// <summary>A target, a master key for it, and the commands about keys.</summary>
internal sealed class KeyFolder(RunbookFolder folder) : IDisposable
{
    public RunbookFolder Folder => folder;

    public TestDatabase Target => folder.Target;

    public static async Task<KeyFolder> PrepareAsync(PostgresServers servers)
    {
        var keys = new KeyFolder((await RunbookFolder.PrepareAsync(servers)).Runbook("  expand:\n    steps:\n      - wait: 1s"));
        await keys.MasterAsync("master.hex");
        return keys;
    }

    /// <summary>Makes a master key and configures it.</summary>
    public async Task<string> MasterAsync(string file)
    {
        var made = await JsonAsync(0, "keys", "master", "create", "--out", folder.In(file));
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = folder.In(file);
        return made.GetProperty("masterKey").GetString()!;
    }

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(folder.Path, folder.Environment, arguments);

    public async Task<JsonElement> JsonAsync(int exitCode, params IReadOnlyList<string> arguments) =>
        JsonDocument.Parse((await RunAsync([.. arguments, "--json"])).MustBe(exitCode).Output).RootElement;

    /// <summary>The id of the key that a command made or changed.</summary>
    public async Task<string> KeyAsync(params IReadOnlyList<string> arguments) => (await JsonAsync(0, ["keys", .. arguments])).GetProperty("keys")[0].GetProperty("id").GetString()!;

    public async Task<string> StateAsync(string id) =>
        (await JsonAsync(0, "keys", "list")).GetProperty("keys").EnumerateArray().Single(k => k.GetProperty("id").GetString() == id).GetProperty("state").GetString()!;

    /// <summary>What the commands print as a finding, all of it.</summary>
    public static string MessagesOf(JsonElement document) => string.Join('\n', document.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()));

    public void Dispose() => folder.Dispose();
}
