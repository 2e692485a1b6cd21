using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;

namespace Godwit.Engine.People;

/// <summary>What a person signs: one sentence about one plan, good for one purpose, in one database, for a time. docs/approvals.md says what each member is.</summary>
public sealed record Statement
{
    public const string Type = "godwit-statement/1";

    /// <summary>What the subject of a rollback of everything is; no phase is called so.</summary>
    public const string Everything = "everything";

    public const int LongestText = 2000;

    public required Purpose Purpose { get; init; }

    public required string Runbook { get; init; }

    /// <summary>The plan's hash.</summary>
    public required string Plan { get; init; }

    /// <summary>The phase that may begin, the phase that a rollback stays at, the gate of a box; empty for a plan's author.</summary>
    public required string Subject { get; init; }

    /// <summary>Null before a run has begun.</summary>
    public Guid? Run { get; init; }

    /// <summary>Of <see cref="TargetOf"/>; null for a plan's author, whose it is anywhere.</summary>
    public string? Target { get; init; }

    public required string Person { get; init; }

    /// <summary>In which the person speaks; null for a plan's author, and where a box takes anybody.</summary>
    public string? Role { get; init; }

    /// <summary>The thumbprint of the key that signs.</summary>
    public required string Kid { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>Makes each statement one of its own.</summary>
    public required string Nonce { get; init; }

    /// <summary>What the person adds in words of their own.</summary>
    public string? Text { get; init; }

    /// <summary>SHA-256 of the canonical form: what journal, report and certificate name it by.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Bytes()));

    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>A database and which of its lives it lives. Timelines are left out: a failover changes nothing of what people agreed to.</summary>
    public static string TargetOf(TargetIdentity identity) => $"{identity.System}/{identity.Database}/{identity.Incarnation?.ToString("D") ?? "-"}";

    /// <summary>The canonical form (RFC 8785), which is signed.</summary>
    public byte[] Bytes() => JournalSigner.Canonical(Write);

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("at", JournalChain.Instant(At));
        writer.WriteString("expires", JournalChain.Instant(Expires));
        writer.WriteString("kid", Kid);
        writer.WriteString("nonce", Nonce);
        writer.WriteString("person", Person);
        writer.WriteString("plan", Plan);
        writer.WriteString("purpose", Purposes.Of(Purpose));
        if (Role is not null) writer.WriteString("role", Role);
        if (Run is { } run) writer.WriteString("run", run);
        writer.WriteString("runbook", Runbook);
        writer.WriteString("subject", Subject);
        if (Target is not null) writer.WriteString("target", Target);
        if (Text is not null) writer.WriteString("text", Text);
        writer.WriteString("type", Type);
    }

    /// <summary>Null when it is no statement. That it is written in no other way, <see cref="SignedStatement"/> sees to.</summary>
    internal static Statement? TryRead(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Text("type") != Type || Purposes.Find(Text("purpose")) is not { } purpose) return null;
        if (Text("runbook") is not { } runbook || Text("plan") is not { } plan || Text("subject") is not { } subject || Text("person") is not { } person || Text("kid") is not { } kid
            || Text("nonce") is not { } nonce || !JournalChain.TryInstant(Text("at"), out var at) || !JournalChain.TryInstant(Text("expires"), out var expires))
            return null;
        Guid? run = null;
        if (json.TryGetProperty("run", out _))
        {
            if (!Guid.TryParseExact(Text("run"), "D", out var named)) return null;
            run = named;
        }
        return new Statement
        {
            Purpose = purpose, Runbook = runbook, Plan = plan, Subject = subject, Run = run, Target = Text("target"), Person = person, Role = Text("role"), Kid = kid, At = at, Expires = expires,
            Nonce = nonce, Text = Text("text"),
        };

        string? Text(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
