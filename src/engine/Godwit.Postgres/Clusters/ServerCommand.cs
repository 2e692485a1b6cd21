using System.Diagnostics;

namespace Godwit.Postgres.Clusters;

internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs one of PostgreSQL's programs to its end, as the server's account.</summary>
internal static class ServerCommand
{
    private const int OutputLimit = 64 * 1024;

    public static async Task<CommandResult> RunAsync(
        ServerAccount account, string workingFolder, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (file, all) = account.Wrap(program, arguments);
        var start = new ProcessStartInfo(file, all)
        {
            WorkingDirectory = workingFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // PGDATA, PGPORT, PGOPTIONS and the like of the caller's shell mean another server; how pgBackRest's repository is reached stays, for a recovery's restore_command.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) && !k.StartsWith("PGBACKREST_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ClusterException($"{file} cannot be run: {e.Message}", inner: e);
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var text = (await output + await error).Trim();
            return new CommandResult(process.ExitCode, text.Length > OutputLimit ? text[^OutputLimit..] : text);
        }
    }
}
