using System.Text;

namespace Godwit.Security.Masking;

/// <summary>
/// Replaces by <c>***</c> what looks like a person's: addresses of mail, numbers of cards (Luhn, ISO/IEC 7812-1) and of bank accounts (IBAN, ISO 13616, by its check digits). It takes time in proportion to the text.
/// </summary>
public static class PersonalMask
{
    public static string Mask(string text)
    {
        // Most texts have neither an @ nor thirteen digits.
        var span = text.AsSpan();
        var mail = span.ContainsAny('@', '\uFF20') || span.Contains("%40", StringComparison.Ordinal);
        var digits = text.Length >= CardNumbers.Shortest && span.ContainsAnyInRange('0', '9');
        if (!mail && !digits)
            return text;
        var found = new List<(int Start, int End)>();
        if (mail)
            MailAddresses.Find(span, found);
        if (digits)
        {
            CardNumbers.Find(span, found);
            BankAccounts.Find(span, found);
        }
        return found.Count == 0 ? text : Replace(text, found);
    }

    private static string Replace(string text, List<(int Start, int End)> found)
    {
        found.Sort();
        var masked = new StringBuilder(text.Length);
        var written = 0;
        foreach (var (start, end) in found)
        {
            if (end <= written)
                continue;
            if (start >= written)
                masked.Append(text, written, start - written).Append(SecretMask.Mark);
            written = end;
        }
        return masked.Append(text, written, text.Length - written).ToString();
    }
}
