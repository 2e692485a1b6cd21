using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>
/// The signed statement of a restore: the database came back as it was at <see cref="Restored"/>, and what the journal had up to <see cref="Abandoned"/>
/// is given up. It is the body of the first entry after a restore. Without it, a restore and a cut tail look the same.
/// </summary>
public sealed record JournalFork(Guid Run, JournalPosition Abandoned, JournalPosition Restored, Guid Incarnation, EcPublicKey Key, string Signature)
{
    /// <summary>The kind of an entry that holds a fork.</summary>
    public const string Kind = "fork";

    internal JournalNote ToNote() => JournalNote.Of(Kind, new JsonObject
    {
        ["abandoned"] = Json(Abandoned),
        ["incarnation"] = Incarnation.ToString("D"),
        ["key"] = new JsonObject { ["x"] = Key.X, ["y"] = Key.Y },
        ["restored"] = Json(Restored),
        ["run"] = Run.ToString("D"),
        ["signature"] = Signature,
    });

    /// <returns>The fork that an entry's body states, or null when it states none.</returns>
    public static JournalFork? TryRead(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            var key = root.GetProperty("key");
            var fork = new JournalFork(
                root.GetProperty("run").GetGuid(), Position(root.GetProperty("abandoned")), Position(root.GetProperty("restored")), root.GetProperty("incarnation").GetGuid(),
                EcPublicKey.FromCoordinates(key.GetProperty("x").GetString(), key.GetProperty("y").GetString()), root.GetProperty("signature").GetString() ?? "");
            // Nothing may stand in the body that the signature does not cover.
            return fork.ToNote().Body == body ? fork : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or SigningKeyException)
        {
            return null;
        }
    }

    public SignerVerdict Judge(KnownSigners known) =>
        StrictBase64Url.TryDecode(Signature, Es256.SignatureLength, out var value) ? known.Judge(Key, SignedBytes(), value) : SignerVerdict.BadSignature;

    /// <summary>Whether the fork gives a position up: after the restored entry, and not beyond the abandoned one.</summary>
    public bool GivesUp(JournalPosition position) =>
        position.Sequence > Restored.Sequence
        && (position.Sequence < Abandoned.Sequence || position == Abandoned);

    internal byte[] SignedBytes() => JournalSigner.Canonical(writer =>
    {
        writer.WriteString("abandoned", Abandoned.ToString());
        writer.WriteString("incarnation", Incarnation);
        writer.WriteString("kid", Key.Kid);
        writer.WriteString("restored", Restored.ToString());
        writer.WriteString("run", Run);
        writer.WriteString("type", "journal-fork");
    });

    private static JsonObject Json(JournalPosition position) => new() { ["hash"] = position.Hash, ["sequence"] = position.Sequence };

    private static JournalPosition Position(JsonElement element) => new(element.GetProperty("sequence").GetInt64(), element.GetProperty("hash").GetString() ?? "");
}
