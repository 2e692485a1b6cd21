using System.Text;
using Godwit.Security.Unicode;

namespace Godwit.Security.Emails;

/// <summary>
/// An address that mail can be sent to and that a person is found by (RFC 5321 section 4.1.2 without quoted strings and address literals, RFC 6531 for letters beyond ASCII). What is the same
/// address is said here and nowhere else (docs/identity-people.md, "Email addresses"): every dot and every plus counts, because whose mailbox it is only its host knows.
/// </summary>
public sealed record EmailAddress
{
    /// <summary>Bytes that a path of RFC 5321 has room for between its brackets (section 4.5.3.1.3).</summary>
    public const int Longest = 254;

    /// <summary>Bytes before the @ (RFC 5321 section 4.5.3.1.1), in UTF-8 (RFC 6531).</summary>
    public const int LongestLocalPart = 64;

    // Every character of the longest address with the most characters that normalization makes one of; nobody normalises a megabyte.
    private const int LongestText = 1024;

    private const string AtomMarks = "!#$%&'*+-/=?^_`{|}~";

    private EmailAddress(string shown, string localPart, string domain)
    {
        (Shown, Mailbox) = (shown, $"{localPart}@{domain}");
        Normalized = $"{Lower(localPart)}@{domain}";
    }

    /// <summary>As the person wrote it, without white space around it.</summary>
    public string Shown { get; }

    /// <summary>Where mail goes: in form KC, the domain in ASCII, the part before the @ in the case in which it was written, since RFC 5321 section 2.4 leaves that to the host.</summary>
    public string Mailbox { get; }

    /// <summary>What it is found by: the value of the blind index, computed with <see cref="Godwit.Security.Fields.IndexNormalization.Email"/>, which leaves it as it is.</summary>
    public string Normalized { get; }

    /// <param name="text">What somebody typed.</param>
    /// <returns>The address; or why it is none, as the rest of a sentence that begins with the field's name. The reason repeats nothing of the address but a character's number.</returns>
    public static (EmailAddress? Address, string? Refused) Read(string text)
    {
        var shown = text.Trim();
        if (shown.Length == 0) return (null, "must not be empty");
        if (shown.Length > LongestText) return (null, $"must have at most {Longest} characters");
        if (Hostile(shown) is { } hostile) return (null, hostile);
        var form = CompatibilityForm.TryOf(shown)!;
        if (Hostile(form) is { } revealed) return (null, revealed);
        if (form.Contains('"', StringComparison.Ordinal)) return (null, "must not be in quotes: such addresses are not taken");
        var at = form.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return (null, "must have an @, as in name@example.org");
        if (at != form.LastIndexOf('@')) return (null, "must have one @, not several");
        var localPart = form[..at];
        if (LocalPartFault(localPart) is { } fault) return (null, fault);
        var (domain, refused) = MailDomain.Read(form[(at + 1)..]);
        if (domain is null) return (null, refused);
        var address = new EmailAddress(shown, localPart, domain);
        return Encoding.UTF8.GetByteCount(address.Mailbox) <= Longest && Encoding.UTF8.GetByteCount(address.Normalized) <= Longest ? (address, null) : (null, $"must have at most {Longest} characters");
    }

    public override string ToString() => "(an email address)";

    /// <summary>Characters that are not seen, or that change how those around them are shown: two addresses that look alike would be two accounts.</summary>
    private static string? Hostile(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != System.Buffers.OperationStatus.Done) return "must be valid Unicode";
            at += length;
            if (Rune.IsWhiteSpace(rune)) return "must not have a space in it";
            if (Rune.IsControl(rune) || UnicodeTables.Shared.IsIgnorable(rune.Value)
                || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned)
                return $"must not have the character U+{rune.Value:X4} in it, which is not shown or changes how others are";
        }
        return null;
    }

    private static string? LocalPartFault(string part)
    {
        if (part.Length == 0) return "must have a name before the @";
        if (Encoding.UTF8.GetByteCount(part) > LongestLocalPart || Encoding.UTF8.GetByteCount(Lower(part)) > LongestLocalPart) return $"must have at most {LongestLocalPart} characters before the @";
        if (part[0] == '.' || part[^1] == '.' || part.Contains("..", StringComparison.Ordinal)) return "must not have a dot at the beginning or end of the name before the @, nor two in a row";
        foreach (var rune in part.EnumerateRunes())
        {
            if (rune.IsAscii ? !char.IsAsciiLetterOrDigit((char)rune.Value) && rune.Value != '.' && !AtomMarks.Contains((char)rune.Value, StringComparison.Ordinal) : !Scripts.IsOfWords(rune))
                return $"must not have the character U+{rune.Value:X4} before the @";
        }
        return Scripts.AreMixed(part) ? "must not mix letters of several alphabets before the @, because that is how addresses are made to look like others" : null;
    }

    /// <summary>Letter by letter and composed again, until nothing changes: lower-casing may take a text out of form KC.</summary>
    private static string Lower(string text)
    {
        for (var round = 0; round < 4; round++)
        {
            var lower = CompatibilityForm.TryOf(string.Concat(text.EnumerateRunes().Select(r => Rune.ToLowerInvariant(r).ToString())))!;
            if (lower == text) break;
            text = lower;
        }
        return text;
    }
}
