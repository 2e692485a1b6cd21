using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;

namespace Godwit.Cli.Keys;

/// <summary>A key of the keyring; nothing of it is secret.</summary>
/// <param name="State"><c>announced</c>, <c>active</c>, <c>decrypt-only</c>, <c>retired</c> or <c>destroyed</c>.</param>
/// <param name="MasterKey">Which master key wraps it.</param>
internal sealed record KeyDocument(string Id, string Purpose, int Number, string State, DateTimeOffset CreatedAt, string MasterKey)
{
    public DateTimeOffset? ActivatedAt { get; init; }

    public DateTimeOffset? ReplacedAt { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Since it became active.</summary>
    public double? AgeSeconds { get; init; }

    /// <summary>When the next has to take its place.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary><c>no</c>, <c>soon</c>, <c>overdue</c> or <c>exhausted</c>.</summary>
    public string? Due { get; init; }

    /// <summary>How many values it has encrypted, or was granted to.</summary>
    public long? Values { get; init; }

    /// <summary>How many it may encrypt.</summary>
    public long? Budget { get; init; }

    public long? Unwrapped { get; init; }

    /// <summary>How often the master key did not open it.</summary>
    public long? UnwrapsFailed { get; init; }

    public DateTimeOffset? LastUnwrappedAt { get; init; }

    public static KeyDocument Of(KeyRecord key) => new(key.Id.ToString(), key.Purpose.Name, key.Version, Word(key.State), key.CreatedAt, key.MasterKeyId)
    {
        ActivatedAt = key.ActivatedAt, ReplacedAt = key.ReplacedAt, RetiredAt = key.RetiredAt,
    };

    public static KeyDocument Of(KeyRecord key, KeyAge age, KeyUnwrappings? unwrappings) => Of(key) with
    {
        AgeSeconds = key.State == KeyState.Active ? Math.Round(age.Age.TotalSeconds) : null, DueAt = key.State == KeyState.Active ? age.DueAt : null, Due = age.Due.ToString().ToLowerInvariant(),
        Values = age.Values, Budget = RotationPolicy.HardLimit, Unwrapped = unwrappings?.Succeeded ?? 0, UnwrapsFailed = unwrappings?.Failed ?? 0, LastUnwrappedAt = unwrappings?.Last,
    };

    public static string Word(KeyState state) => state == KeyState.DecryptOnly ? "decrypt-only" : state.ToString().ToLowerInvariant();
}
