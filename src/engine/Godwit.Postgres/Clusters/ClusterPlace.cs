using System.Security.Cryptography;
using System.Text;

namespace Godwit.Postgres.Clusters;

/// <summary>
/// Where a cluster's parts lie. <see cref="Folder"/> is the one the user named: pointers and secrets. <see cref="Home"/> holds what the server's
/// account must reach; it is the same folder unless root's home is closed to that account.
/// </summary>
internal sealed record ClusterPlace(string Folder, string Home)
{
    // sockaddr_un.sun_path holds 108 bytes with the closing NUL (unix(7)).
    private const int SocketPathLimit = 107;

    public string Data => Path.Combine(Home, "data");

    public string Log => Path.Combine(Home, "log", "postgres.log");

    public string Configuration => Path.Combine(Home, "godwit.conf");

    public string SuperuserPassword => Path.Combine(Folder, "superuser.password");

    public string RolePassword => Path.Combine(Folder, "godwit.password");

    public string PassFile => Path.Combine(Folder, "pgpass");

    public string PortFile => Path.Combine(Folder, "port");

    private string Pointer => PointerIn(Folder);

    private string SocketPointer => Path.Combine(Folder, "socket");

    public bool HasData => File.Exists(Path.Combine(Data, "PG_VERSION"));

    /// <summary>The place as far as it exists; nothing is made.</summary>
    public static ClusterPlace Existing(string folder, ClusterOptions options)
    {
        folder = Path.GetFullPath(folder);
        return new ClusterPlace(folder, options.Home ?? PrivateFiles.Read(PointerIn(folder)) ?? folder);
    }

    /// <summary>The place with its folders made and owned rightly.</summary>
    public static async Task<ClusterPlace> PrepareAsync(string folder, ServerAccount account, ClusterOptions options, CancellationToken cancellationToken)
    {
        var place = Existing(folder, options);
        if (place.Home == place.Folder && account.Switched && !await ReachableAsync(account, place.Folder, cancellationToken))
            place = place with { Home = MakeHome(place.Folder) };
        if (place.Home != place.Folder)
        {
            Directory.CreateDirectory(place.Home, PrivateFiles.PassableMode);
            PrivateFiles.Write(place.Pointer, place.Home + "\n");
        }

        var log = Path.GetDirectoryName(place.Log)!;
        Directory.CreateDirectory(log, PrivateFiles.FolderMode);
        account.Own(log);
        return place;
    }

    /// <summary>The folder of the unix socket: in the home where its path is short enough, else a short one under the temporary folder, remembered.</summary>
    public string PrepareSocketFolder(ServerAccount account)
    {
        var folder = Path.Combine(Home, "run");
        if (!Fits(folder))
        {
            folder = PrivateFiles.Read(SocketPointer) is { } remembered && Directory.Exists(remembered) && Fits(remembered)
                ? remembered
                : Directory.CreateTempSubdirectory("godwit-").FullName;
            if (!Fits(folder))
            {
                throw new ClusterException(
                    $"no folder for the unix socket: {folder} is too long", "set TMPDIR to a folder with a short path");
            }
        }

        Directory.CreateDirectory(folder, PrivateFiles.FolderMode);
        account.Own(folder);
        PrivateFiles.Write(SocketPointer, folder + "\n");
        return folder;

        static bool Fits(string folder) => Encoding.UTF8.GetByteCount(Path.Combine(folder, ".s.PGSQL.65535")) <= SocketPathLimit;
    }

    public static void MakeFolder(string folder, ServerAccount account) =>
        Directory.CreateDirectory(folder, account.Switched ? PrivateFiles.PassableMode : PrivateFiles.FolderMode);

    private static string PointerIn(string folder) => Path.Combine(folder, "home");

    private static async Task<bool> ReachableAsync(ServerAccount account, string folder, CancellationToken cancellationToken) =>
        (await ServerCommand.RunAsync(account, "/", "test", ["-x", folder], cancellationToken)).Succeeded;

    // /var/lib rather than /var/tmp: only root makes folders there, and systemd-tmpfiles does not age its files away.
    private static string MakeHome(string folder)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        try
        {
            var parent = Directory.CreateDirectory("/var/lib/godwit", PrivateFiles.PassableMode);
            return parent.CreateSubdirectory(name).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only /var/lib. The name must not be one that somebody could make first.
            var random = RandomNumberGenerator.GetHexString(16, lowercase: true);
            return Directory.CreateDirectory($"/var/tmp/godwit-{random}", PrivateFiles.PassableMode).FullName;
        }
    }
}
