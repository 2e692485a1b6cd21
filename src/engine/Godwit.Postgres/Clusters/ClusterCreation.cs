using System.Security.Cryptography;

namespace Godwit.Postgres.Clusters;

/// <summary>Makes a cluster's data folder: complete under a draft name, then renamed, so that an interrupted initdb leaves nothing that looks finished.</summary>
internal static class ClusterCreation
{
    public const string Superuser = "postgres";

    private const string DraftPrefix = "data.draft-";

    public static async Task CreateAsync(
        ClusterPlace place, ServerBinaries binaries, ServerAccount account, ClusterOptions options, CancellationToken cancellationToken)
    {
        foreach (var remains in Directory.EnumerateDirectories(place.Home, DraftPrefix + "*"))
            Directory.Delete(remains, recursive: true);

        var suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var passwordFile = Path.Combine(place.Home, $"initdb.password-{suffix}");
        try
        {
            PrivateFiles.Write(passwordFile, PrivateFiles.ReadOrMakeSecret(place.SuperuserPassword) + "\n");
            account.Own(passwordFile);

            // C.UTF-8 sorts by code point, as C does, but knows the classes of all letters; a C library may not have it.
            var result = await InitAsync("C.UTF-8");
            if (!result.Succeeded && result.Output.Contains("locale", StringComparison.Ordinal))
                result = await InitAsync("C");
            if (!result.Succeeded)
                throw new ClusterException($"initdb failed: {LastLine(result.Output)}", $"look at {place.Home}");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        async Task<CommandResult> InitAsync(string locale)
        {
            var draft = Path.Combine(place.Home, DraftPrefix + suffix);
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
            Directory.CreateDirectory(draft, PrivateFiles.FolderMode);
            account.Own(draft);
            List<string> arguments =
            [
                "--pgdata", draft, "--username", Superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", locale, "--data-checksums", "--no-instructions",
            ];
            if (!options.Durable)
                arguments.Add("--no-sync");
            var result = await ServerCommand.RunAsync(account, place.Home, binaries.InitDb, arguments, cancellationToken);
            if (result.Succeeded)
            {
                await File.AppendAllTextAsync(Path.Combine(draft, "postgresql.conf"), "\ninclude '../godwit.conf'\n", cancellationToken);
                Directory.Move(draft, place.Data);
            }

            return result;
        }
    }

    private static string LastLine(string output) =>
        output.Split('\n').LastOrDefault(l => l.Contains("error", StringComparison.OrdinalIgnoreCase) || l.Contains("FATAL", StringComparison.Ordinal))
        ?? output.Split('\n')[^1];
}
