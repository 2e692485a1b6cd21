using System.Text;
using System.Text.RegularExpressions;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Date and time functions (https://sqlite.org/lang_datefunc.html) over columns that hold times at the target, and over now.</summary>
internal sealed partial class ExpressionWriter
{
    private static readonly ValueMapping DateForm = new(MappingKind.DateText);
    private static readonly ValueMapping TimeForm = new(MappingKind.TimeText);
    private static readonly ValueMapping TimestampForm = new(MappingKind.TimestampText);

    private static bool DependsOnClock(string function, List<Value> arguments)
    {
        if (function is not ("date" or "time" or "datetime" or "julianday" or "strftime" or "unixepoch")) return false;
        var times = function == "strftime" ? arguments.Skip(1) : arguments;
        return !times.Any() || times.Any(a => a.Constant is string word && word.Trim().ToLowerInvariant() is "now" or "localtime" or "utc");
    }

    private Value WriteCurrent(CurrentLiteral literal)
    {
        RequireMutable(literal.Span);
        const string Now = "(now() AT TIME ZONE 'UTC')";
        return literal.Kind switch
        {
            CurrentKind.Date => Day(Now),
            CurrentKind.Time => Clock(Now),
            _ => Moment(Now),
        };
    }

    private static Value Day(string moment) => new($"{moment}::date", Domain.Text, TargetType.Date) { Encoding = DateForm, Shape = TextShape.NeverNumeric };

    private static Value Clock(string moment) => new($"date_trunc('second', {moment})::time", Domain.Text, TargetType.Time) { Encoding = TimeForm, Shape = TextShape.NeverNumeric };

    private static Value Moment(string moment) => new($"date_trunc('second', {moment})", Domain.Text, TargetType.Timestamp) { Encoding = TimestampForm, Shape = TextShape.NeverNumeric };

    private Value WriteDateCall(FunctionCall call, string name, List<Value> arguments)
    {
        var format = name == "strftime" ? arguments.Count > 0 ? arguments[0].Constant as string : null : "";
        if (format is null) throw new TranslationFault("strftime is translated for a constant format only", call.Span);
        var times = name == "strftime" ? arguments.Skip(1).ToList() : [.. arguments];
        if (times.Exists(t => t.Domain == Domain.Null)) return Value.Of(null);
        var moment = MomentOf(call, times);
        return name switch
        {
            "date" => Day(moment),
            "time" => Clock(moment),
            "datetime" => Moment(moment),
            "julianday" => Value.Real($"(((extract(epoch FROM {moment}) * 1000)::bigint + 210866760000000)::double precision / 86400000::double precision)"),
            "unixepoch" => Value.Integer($"floor(extract(epoch FROM {moment}))::bigint"),
            _ => Strftime(format, moment, call.Span),
        };
    }

    /// <summary>A timestamp of UTC: the first argument and the modifiers after it.</summary>
    private string MomentOf(FunctionCall call, List<Value> times)
    {
        var modifiers = new List<string>();
        foreach (var modifier in times.Skip(1))
            modifiers.Add(modifier.Constant is string word ? word.Trim().ToLowerInvariant() : throw new TranslationFault("date functions are translated for constant modifiers only", call.Span));
        var fromUnix = modifiers is ["unixepoch", ..];
        if (fromUnix) modifiers.RemoveAt(0);
        var moment = StartOf(call, times.Count == 0 ? Value.Of("now") : times[0], fromUnix);
        foreach (var modifier in modifiers)
        {
            if (modifier is "start of day" or "start of month" or "start of year") moment = $"date_trunc('{modifier[9..]}', {moment})";
            else if (Shift.Match(modifier) is { Success: true } shift) moment = $"({moment} + interval '{shift.Groups[1].Value} {shift.Groups[2].Value}')";
            else throw new TranslationFault($"the date modifier '{modifier}' is not translated: PostgreSQL counts otherwise or has none like it", call.Span);
        }
        return moment;
    }

    private string StartOf(FunctionCall call, Value start, bool fromUnix)
    {
        if (start.Constant is string word && word.Trim().Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            RequireMutable(call.Span);
            return "(now() AT TIME ZONE 'UTC')";
        }
        var local = start.Type.Name == TypeName.Timestamptz ? $"({start.Sql} AT TIME ZONE 'UTC')" : start.Sql;
        if (fromUnix)
        {
            if (start.Encoding?.Kind == MappingKind.UnixSeconds) return local;
            if (start.Domain == Domain.Integer) return $"(timestamp '1970-01-01 00:00:00' + {Decode(start, call.Span).Sql} * interval '1 second')";
        }
        else if (start.Encoding is { Kind: MappingKind.DateText }) return $"{start.Sql}::timestamp";
        else if (start.Encoding is { Kind: MappingKind.TimestampText } mapping)
        {
            if (mapping.Fraction is FractionForm.None or FractionForm.Minutes or FractionForm.Three && mapping.Zone != ZoneForm.PlusZeroShort) return local;
            throw new TranslationFault("SQLite's date functions round to milliseconds or do not read this shape of time", call.Span);
        }
        throw new TranslationFault("SQLite's date functions read each value by its looks; they are translated for columns of dates and times only", call.Span);
    }

    private Value Strftime(string format, string moment, SourceSpan span)
    {
        var parts = new List<string>();
        var picture = new StringBuilder();
        void Close()
        {
            if (picture.Length == 0) return;
            // to_char is only stable to PostgreSQL.
            RequireMutable(span);
            parts.Add($"to_char({moment}, {PostgresText.Literal(picture.ToString())})");
            picture.Clear();
        }

        for (var i = 0; i < format.Length; i++)
        {
            var directive = format[i] == '%' && i + 1 < format.Length ? format[++i] : '\0';
            var known = directive switch
            {
                'Y' => "YYYY",
                'm' => "MM",
                'd' => "DD",
                'H' => "HH24",
                'M' => "MI",
                'S' => "SS",
                'f' => "SS.MS",
                'j' => "DDD",
                _ => null,
            };
            if (known is not null) picture.Append(known);
            else if (directive is '\0' or '%' && format[i] is not ('"' or '\\')) picture.Append('"').Append(format[i]).Append('"');
            else if (directive is 's' or 'w')
            {
                Close();
                parts.Add(directive == 's' ? $"floor(extract(epoch FROM {moment}))::bigint::text" : $"extract(dow FROM {moment})::text");
            }
            else throw new TranslationFault($"strftime's %{directive} is not translated", span);
        }
        Close();
        var isDigits = format.Length == 2 && format[0] == '%' && format[1] != 'f' && format[1] != '%';
        var isDate = format.StartsWith("%Y-", StringComparison.Ordinal) || format.StartsWith("%H:", StringComparison.Ordinal);
        return Value.Text(parts.Count == 1 ? parts[0] : parts.Count == 0 ? "''" : $"({string.Join(" || ", parts)})", isDigits ? TextShape.Digits : isDate ? TextShape.NeverNumeric : TextShape.Unknown);
    }

    /// <summary>Months and years are left out: SQLite goes from January 31 to March 3, PostgreSQL to February 28.</summary>
    [GeneratedRegex(@"^([+-]?[0-9]{1,9}) (second|minute|hour|day)s?\z")]
    private static partial Regex Shift { get; }
}
