namespace Godwit.Engine.Backups.PgBackRest;

/// <summary>Where the files of a physical backup are that pgBackRest keeps.</summary>
/// <param name="Stanza">Its stanza.</param>
/// <param name="Label">What pgBackRest calls it.</param>
/// <param name="Repository">The number of the repository.</param>
/// <param name="Config">pgBackRest's configuration; null is the one that it looks for itself.</param>
/// <param name="Type">full, diff or incr, as it was taken.</param>
/// <param name="Timeline">On which its restore point is.</param>
/// <param name="Bytes">All that a restore reads, as it lies in the repository.</param>
/// <param name="Cipher">pgBackRest's word for how the repository is encrypted: none, or aes-256-cbc.</param>
public sealed record PgBackRestCopy(string Stanza, string Label, int Repository, string? Config, string Type, int Timeline, long Bytes, string Cipher)
{
    public override string ToString() => $"stanza {Stanza}, {Label}";
}

/// <param name="There">Whether the repository still has it; null: it could not be asked.</param>
/// <param name="Saw">In a few words.</param>
public sealed record PgBackRestPresence(bool? There, string Saw);
