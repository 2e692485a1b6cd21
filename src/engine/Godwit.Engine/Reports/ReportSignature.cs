using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Engine.Journal;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.Reports;

/// <summary>
/// The last line of a report: a comment, in Markdown and HTML alike, with an ES256 signature over the SHA-256 of all bytes before it, by the key that signs
/// certificates. docs/runs.md shows how to check it without Godwit.
/// </summary>
public static class ReportSignature
{
    private const string Begin = "<!-- godwit-report ", End = " -->\n";

    /// <summary>Longer lines are no signature.</summary>
    private const int LongestLine = 4096;

    public static string Append(string text, Guid run, SigningKey key)
    {
        var statement = new Statement(run, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), key.Public);
        return text + Line(statement, Base64Url.EncodeToString(key.Sign(statement.Bytes())));
    }

    public static ReportVerdict Verify(ReadOnlySpan<byte> report, KnownSigners known)
    {
        var start = report.LastIndexOf("\n<!-- godwit-report "u8) + 1;
        if (start == 0 || report.Length - start > LongestLine) return new ReportVerdict(null, null, null);
        var line = Encoding.UTF8.GetString(report[start..]);
        if (!line.EndsWith('\n')) line += "\n";
        if (line.Length < Begin.Length + End.Length || !line.EndsWith(End, StringComparison.Ordinal) || Read(line[Begin.Length..^End.Length]) is not var (statement, signature)) return new ReportVerdict(null, null, SignerVerdict.BadSignature);
        var fits = Line(statement, signature) == line && statement.Sha256 == Convert.ToHexStringLower(SHA256.HashData(report[..start]));
        return new ReportVerdict(
            statement.Run, statement.Key,
            fits && StrictBase64Url.TryDecode(signature, Es256.SignatureLength, out var value) ? known.Judge(statement.Key, statement.Bytes(), value) : SignerVerdict.BadSignature);
    }

    private static string Line(Statement statement, string signature) => Begin + Encoding.UTF8.GetString(JournalSigner.Canonical(writer =>
    {
        statement.Write(writer);
        writer.WriteString("signature", signature);
    })) + End;

    private static (Statement, string)? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            return (new Statement(root.GetProperty("run").GetGuid(), Text("sha256"), EcPublicKey.FromCoordinates(Text("x"), Text("y"))), Text("signature"));

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException("null stands where a text belongs");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or SigningKeyException)
        {
            return null;
        }
    }

    private sealed record Statement(Guid Run, string Sha256, EcPublicKey Key)
    {
        public byte[] Bytes() => JournalSigner.Canonical(Write);

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("alg", Es256.Name);
            writer.WriteString("kid", Key.Kid);
            writer.WriteString("run", Run);
            writer.WriteString("sha256", Sha256);
            writer.WriteString("type", "run-report");
            writer.WriteString("x", Key.X);
            writer.WriteString("y", Key.Y);
        }
    }
}

/// <param name="Run">Whose report it says it is.</param>
/// <param name="Signer">Who is said to have signed.</param>
/// <param name="Signature">What the signature is worth; null when the file has none.</param>
public sealed record ReportVerdict(Guid? Run, EcPublicKey? Signer, SignerVerdict? Signature);
