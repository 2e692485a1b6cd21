using Godwit.Cli.Runs;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>What an administrator does before a service that hashes keys can start: a master key, and a pepper in the keyring of its database.</summary>
internal sealed class TenantsKeyring(DemoShell shell, DemoFolder folder, RunConsole console)
{
    public async Task<int> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!File.Exists(folder.MasterKeyFile))
        {
            console.Note("-- an administrator makes a master key, and the pepper that it wraps: API_KEY_PEPPER is in no variable any more");
            if (await shell.RunAsync("keys master create", ["--out", folder.MasterKeyFile], cancellation) is not ExitCode.Done and var unmade) return unmade;
        }
        if (await TenantsDatabase.HasPepperAsync(connection, cancellation)) return ExitCode.Done;
        return await shell.RunAsync("keys create pepper", ["--runbook", folder.Runbook], cancellation);
    }
}
