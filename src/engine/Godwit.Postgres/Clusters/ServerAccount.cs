using System.Runtime.InteropServices;

namespace Godwit.Postgres.Clusters;

/// <summary>
/// Who the server runs as. PostgreSQL refuses to run as root (https://www.postgresql.org/docs/current/postgres-user.html), so root hands it to the
/// user <c>postgres</c>; anybody else runs it themselves.
/// </summary>
public sealed partial record ServerAccount(uint UserId, uint GroupId, bool Switched)
{
    private const string Name = "postgres";

    public static ServerAccount Current()
    {
        if (GetEffectiveUserId() is not 0 and var self)
            return new ServerAccount(self, GetEffectiveGroupId(), Switched: false);

        var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':'))
            .FirstOrDefault(f => f.Length > 3 && f[0] == Name)
            ?? throw new ClusterException(
                "PostgreSQL does not run as root, and there is no user postgres to run it as",
                "install the package postgresql, or run as another user");
        return new ServerAccount(uint.Parse(fields[2]), uint.Parse(fields[3]), Switched: true);
    }

    /// <summary>The program and arguments that run a program as this account.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Wrap(string program, IReadOnlyList<string> arguments) =>
        Switched
            ? ("setpriv", [$"--reuid={UserId}", $"--regid={GroupId}", "--init-groups", "--", program, .. arguments])
            : (program, arguments);

    /// <summary>Makes the account the owner of a file or folder; nothing to do where it is the caller's own.</summary>
    public void Own(string path)
    {
        if (Switched && ChangeOwner(path, UserId, GroupId) != 0)
            throw new ClusterException($"cannot make the user {Name} the owner of {path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroupId();

    // lchown: a link planted in a folder of the other account must not make root give its target away.
    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
