using System.Text.Json.Serialization;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Engine.Certificates;

namespace Godwit.Engine.Backups;

/// <summary>What a backup is of, what its files are and what has to come out of them: signed, and written last. It holds no row's value; digests are keyed with what only the key gives.</summary>
public sealed record BackupManifest
{
    public const int CurrentFormat = 1;

    public const string Type = "godwit-backup";

    [JsonPropertyName("type")]
    public string Kind { get; init; } = Type;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Names the backup at its destinations: the time of its snapshot, and some letters that tell two of a second apart.</summary>
    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public required BackupMethod Method { get; init; }

    /// <summary>The moment whose data it holds, by the database's clock: its age counts from here.</summary>
    public required DateTimeOffset SnapshotAt { get; init; }

    /// <summary>When it was finished, by the same clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    public required BackupOrigin Origin { get; init; }

    /// <summary>The key that its files are encrypted with, by its id.</summary>
    public required string Key { get; init; }

    public required IReadOnlyList<BackupFile> Files { get; init; }

    public required IReadOnlyList<BackupTable> Tables { get; init; }

    public IReadOnlyList<BackupSequence> Sequences { get; init; } = [];

    /// <summary>How many there are of each kind of object, by its name.</summary>
    public IReadOnlyDictionary<string, long> Objects { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>By which its texts are ordered; null in those from before it was kept.</summary>
    public BackupLocale? Locale { get; init; }

    /// <summary>The restore point of a physical backup, and others that were named before its end.</summary>
    public string? RestorePoint { get; init; }

    /// <summary>Where the files are, when pgBackRest keeps them; then there are none beside the manifest.</summary>
    public PgBackRestCopy? PgBackRest { get; init; }

    /// <summary>Bytes before they were encrypted.</summary>
    public long PlainBytes { get; init; }

    /// <summary>The run that it was made in.</summary>
    public Guid? Run { get; init; }

    /// <summary>What it does not hold, for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public required string ToolVersion { get; init; }

    public CertificateSignature? Signature { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<BackupMethod>))]
public enum BackupMethod
{
    /// <summary>pg_dump of one database.</summary>
    Logical,

    /// <summary>pg_basebackup of a whole server, and its log up to a restore point.</summary>
    Physical,

    /// <summary>A copy of a SQLite database.</summary>
    Sqlite,
}

/// <summary>Which database: of another with the same name these differ.</summary>
/// <param name="System">The server's system identifier; of a SQLite file a digest of its path.</param>
/// <param name="Database">The database's oid.</param>
/// <param name="Name">Its name.</param>
/// <param name="Incarnation">Which of its lives; null where Godwit has no tables there.</param>
/// <param name="Version">Of the server, as a number: 150004.</param>
/// <param name="User">Who took it.</param>
public sealed record BackupOrigin(string System, string Database, string Name, Guid? Incarnation, int Version, string User)
{
    /// <summary>The superuser of a server whose physical backup this is.</summary>
    public string? Superuser { get; init; }
}

/// <param name="Provider"><c>libc</c>, <c>icu</c> or <c>builtin</c>.</param>
/// <param name="Collate">LC_COLLATE.</param>
/// <param name="CharacterType">LC_CTYPE.</param>
/// <param name="Name">Of a locale that is not libc's.</param>
/// <param name="Rules">Of ICU's, what was added to them.</param>
public sealed record BackupLocale(string Encoding, string Provider, string Collate, string CharacterType, string? Name, string? Rules);

/// <param name="Name">Below the backup's folder, without the ending of encrypted files.</param>
/// <param name="Bytes">As it lies there, encrypted.</param>
/// <param name="Sha256">Of these bytes.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256);

/// <param name="Name">Quoted where SQL needs it.</param>
/// <param name="Sum">Of the keyed hashes of its rows mod 2^128, in hexadecimal.</param>
/// <param name="Xor">Their exclusive or.</param>
public sealed record BackupTable(string Name, long Rows, string Sum, string Xor);

/// <summary>Sequences are no part of a snapshot: what is restored lies between the two values that were read before and after.</summary>
public sealed record BackupSequence(string Name, string From, string To);
