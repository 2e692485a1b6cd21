using Godwit.Model.Findings;

namespace Godwit.Postgres.Connections;

/// <summary>A password found, none, or why the place that was named cannot be used.</summary>
internal sealed record PasswordReading(string? Password, Finding? Finding = null);

/// <summary>Where a password comes from, in this order: a file for Godwit alone, the environment, a secret's file, libpq's password file.</summary>
internal static class Passwords
{
    public const string WaysToGive =
        "Give it in the environment (PGPASSWORD), in a file that holds only it (GODWIT_TARGET_PASSWORD_FILE or PGPASSWORD_FILE), "
        + "or in a password file of mode 0600 (~/.pgpass, or the one PGPASSFILE names)";

    public static PasswordReading For(PostgresUrl url, PostgresHost host, ConnectionEnvironment environment)
    {
        if (environment.Get("GODWIT_TARGET_PASSWORD_FILE") is { } own)
            return FromSecret("GODWIT_TARGET_PASSWORD_FILE", own);
        if (environment.Get("PGPASSWORD") is { } password)
            return new PasswordReading(password);
        if (environment.Get("PGPASSWORD_FILE") is { } secret)
            return FromSecret("PGPASSWORD_FILE", secret);

        var named = url.PassFile ?? environment.Get("PGPASSFILE");
        var path = named ?? Path.Combine(environment.Home, ".pgpass");
        if (!Path.Exists(path))
            return new PasswordReading(null, named is null ? null : Unused("it does not exist"));
        try
        {
            if (PasswordFile.Refusal(path) is { } refusal)
                return new PasswordReading(null, Unused(refusal));
            // libpq compares a socket in the default folder as localhost.
            var name = host.IsSocket && environment.SocketFolders.Contains(host.Name, StringComparer.Ordinal) ? "localhost" : host.Name;
            return new PasswordReading(PasswordFile.Find(File.ReadLines(path), name, host.Port, url.Database, url.User));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new PasswordReading(null, Unused("it cannot be read"));
        }

        Finding Unused(string reason) => Finding.Warning(FindingCodes.TargetUnreachable, $"The password file {path} is not used: {reason}");
    }

    private static PasswordReading FromSecret(string variable, string path)
    {
        try
        {
            return new PasswordReading(File.ReadAllText(path).TrimEnd('\n', '\r'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new PasswordReading(null, Finding.Error(
                FindingCodes.TargetUnreachable, $"The file that {variable} names cannot be read: {path}", remedy: WaysToGive));
        }
    }
}
