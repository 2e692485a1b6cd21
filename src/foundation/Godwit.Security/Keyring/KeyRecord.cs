using System.Collections.Immutable;

namespace Godwit.Security.Keyring;

/// <summary>A key as it is stored. Nothing in it is secret: its bytes are wrapped by a master key.</summary>
public sealed record KeyRecord
{
    public required KeyId Id { get; init; }

    public required KeyPurpose Purpose { get; init; }

    /// <summary>The number of the key among those of its purpose, from 1.</summary>
    public required int Version { get; init; }

    public required KeyState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was first used to write; its age counts from here.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>When another took its place.</summary>
    public DateTimeOffset? ReplacedAt { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The version of the keyring that held it first: a host that has acknowledged that one, or a later one, knows the key.</summary>
    public required long SinceVersion { get; init; }

    /// <summary>The version of the keyring that first had it in the state that it is in: a host that has acknowledged that one, or a later one, uses it as that state says.</summary>
    public required long StateVersion { get; init; }

    /// <summary>Which master key wrapped it.</summary>
    public required string MasterKeyId { get; init; }

    /// <summary>What the master key made of its bytes; empty when it was destroyed.</summary>
    public required ImmutableArray<byte> Wrapped { get; init; }

    public override string ToString() => $"{Purpose} key {Version} ({Id}, {State})";
}
