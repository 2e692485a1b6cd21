namespace Godwit.Sqlite.Tests.Translation;

/// <summary>
/// Expressions whose results must be equal in SQLite and, translated, in PostgreSQL, over the rows of <see cref="CaseTable"/>. Each is tried as
/// <c>SELECT id, (expression) AS result FROM cases</c>.
/// </summary>
public static class ExpressionCases
{
    public static IEnumerable<string> All => [.. Numbers, .. Comparisons, .. Texts, .. Dates, .. Choices];

    private static string[] Numbers =>
    [
        "id + j", "i - 5", "j * 3", "j / 2", "(j - 100) / 7", "j / (j - 3)", "j % 3", "-j % 3", "i % (j - 2)", "-j", "0 - r", "+i", "~j", "j & 6", "j | 8", "j << 3", "j >> 1",
        "r + j", "r * 2", "r / 2", "r / (j - 2)", "r - n", "n + 1", "n * j", "n * (1 - r)", "n / 2", "n / j", "n / r", "n * j * (1 - r) / 100 * 100", "-n",
        "i > 5", "r > 1", "r = 1.5", "n > 2", "n = 2.5", "n = 0.1", "n < r", "n >= j", "j = 2.0", "j < 2.5", "abs(j)", "abs(r)", "abs(n)", "round(r)", "round(j)", "round(-r)", "round(n)", "round(r, 1)", "round(n / 3.0, 2)", "round(j, 2)", "round(n * 1.005, 2)", "round(r, -1)",
        "b + 1", "b * j", "b = 1", "b = 0", "b <> 1", "b IN (0, 1)", "b IS 1", "b = j", "b AND j", "NOT b", "NOT j", "j OR NULL", "j AND r", "b > 0", "b IS TRUE", "b IS NOT TRUE", "j IS FALSE",
        "max(j, 2)", "min(j, r)", "max(i, j, 0)", "min(t, u)", "max(ts, '1997-01-01 00:00:00.000')", "2 + 3 * 4", "7 / 2", "1 / 0", "5 % 0", "'12' + 1", "9223372036854775807 + 1", "0x10 + j", "ms / 1000", "ux + 1", "ux - ms / 1000",
        "CAST(r AS INTEGER)", "CAST(j AS REAL) / 4", "CAST(n AS INTEGER)", "CAST(j AS TEXT)", "CAST(r AS NUMERIC)", "CAST('12abc' AS INTEGER)", "CAST(b AS INTEGER)", "CAST(t AS BLOB)", "CAST(n AS REAL) / 4",
        "i = '100'", "j = ' 2 '", "j = 'abc'", "j < 'abc'", "j <> 'abc'", "i IN ('100', 3, NULL)", "n IN (14, '2.5', 'x')", "j BETWEEN 1 AND 3", "j NOT BETWEEN r AND n", "r IN (1.5, 2)",
    ];

    private static string[] Comparisons =>
    [
        "t = 'abc'", "t < 'b'", "t > u", "t = u", "t <> 'Abc'", "u < 5", "u = 10", "u <> 9", "u > 10", "flag = 0", "flag <> 1", "flag = '0'", "flag IN (0, 1)", "flag = 1.0", "length(u) = '3'", "j = '2'",
        "c = 'FOO'", "c = 'ä'", "c < 'c'", "c IN ('foo', 'bar')", "c COLLATE BINARY = 'foo'", "t COLLATE NOCASE = 'ABC'", "'FOO' = c", "c || '' = 'foo'", "s = 'x'", "s = 'x   '", "t COLLATE RTRIM = 'abc  '", "c BETWEEN 'a' AND 'g'", "c = t", "t = c",
        "t IS NULL", "t IS NOT NULL", "i IS j", "i IS NOT j", "t IS 'abc'", "t IS NOT DISTINCT FROM u", "x = x'00FF'", "x > x'00'", "x = 'a'", "x > 'a'", "x IS NULL", "g = '00000000-0000-4000-8000-0000000000ff'", "g = 'nothing'", "g <> 'nothing'", "g < '5'", "g || ''",
        "d = '1997-01-01'", "d < '1997-01-01'", "d <= '1997-01-01 00:00:00'", "d > '1997-01-01 00:00:00'", "d BETWEEN DATETIME('1997-01-01') AND DATETIME('1997-12-31')", "dt BETWEEN DATETIME('1997-01-01') AND DATETIME('1997-12-31')",
        "ts BETWEEN DATETIME('1997-01-01') AND DATETIME('1997-12-31')", "ts BETWEEN '1997-01-01' AND '1997-12-31'", "ts > '1997-01-01 00:00:00.000'", "ts = '1997-01-01 00:00:00.000'", "ts = '1997-01-01'", "ts <> '1997-01-01'", "ts < '1997'", "ts >= '1997-06'", "ts <= '1996-12-31 23:59:59.999x'", "ts > 5", "ts = 1997", "ts < ''", "ts > 'a'", "ts < '1997-1'",
        "d = ts", "d < ts", "d <= dt", "ts IS NULL", "tt > '1997-01-01'", "tt = '1997-01-01T00:00:00Z'", "tt < ts", "tz > '1997-01-01 00:00:00'", "tz <= '1997-01-01 00:00:00.000000'", "tz < '1997-01-01 12:30:00.5'", "tm < '12:30'", "tm = '12:30:00'", "tm >= '12'",
        "ux > 852076800", "ux = ms / 1000", "ux < 852076800.5", "ms = 852076800000", "ms >= 0", "w = 't'", "w = 'true'", "w > 'f'", "w || 'x'", "dec = '1.50'", "dec = '1.5'", "dec > '1'", "dec < dec", "t = true", "\"no such name\" = t", "b = '1'",
    ];

    private static string[] Texts =>
    [
        "t || u", "t || j", "j || '!'", "t || NULL", "b || ''", "d || '!'", "ts || '!'", "tt || '!'", "tz || '!'", "tm || '!'", "ux || '!'", "ms || '!'", "dec || '!'",
        "t LIKE 'a%'", "t LIKE 'ABC'", "t LIKE 'ÄB'", "t LIKE '%\\%'", "t LIKE '100!%!_x%' ESCAPE '!'", "t NOT LIKE '_b_'", "j LIKE '1%'", "ts LIKE '1997%'", "t LIKE u", "c LIKE 'FO%'", "t GLOB 'a*'", "t GLOB 'A?c'", "t NOT GLOB '*_*'", "t GLOB '*.*'",
        "upper(t)", "lower(t)", "length(t)", "length(x)", "length(j)", "trim(u)", "ltrim(u)", "rtrim(u)", "trim(t, 'Ac')", "replace(t, 'b', 'XX')", "replace(t, '', 'X')", "instr(t, 'b')", "instr(t, '')", "instr(ts, '-')",
        "substr(t, 2)", "substr(t, 1, 2)", "substr(t, 0, 2)", "substr(t, -2)", "substr(t, -2, 1)", "substr(t, -9, 8)", "substr(t, 2, 0)", "substr(t, j)", "substr(ts, 1, 4)", "substr(t, 1, instr(t, 'b') - 1)", "substr(t, instr(t, 'b') + 1)",
        "hex(x)", "hex(t)", "unicode(t)", "printf('%s-%d%%', t, j)", "coalesce(t, u, 'none')", "ifnull(t, '-')", "nullif(t, 'abc')", "nullif(j, 2)", "coalesce(j, 0)", "coalesce(j, r)", "coalesce(ts, '')", "coalesce(d, '1970-01-01')", "coalesce(b, 0)", "coalesce(n, 0)",
        "upper('x') || lower('Y')", "length('héllo')", "\"quoted text\"", "typeof(1)", "like('a%', t)", "s || '|'", "c || '|'",
    ];

    private static string[] Dates =>
    [
        "date(ts)", "date(d)", "datetime(d)", "datetime(ts)", "time(ts)", "date(tt)", "datetime(tt)", "strftime('%Y', ts)", "strftime('%Y-%m', d)", "strftime('%d/%m/%Y %H:%M:%S', ts)", "strftime('%j', d)", "strftime('%w', d)", "strftime('%s', ts)", "strftime('%f', ts)",
        "CAST(strftime('%Y', d) AS INTEGER)", "strftime('%m', d) = '01'", "strftime('%Y', d) > 1996", "julianday(ts)", "julianday(d) - julianday('1997-01-01')", "unixepoch(ts)", "date(d, '+1 day')", "date(ts, '-31 days')", "datetime(ts, '+90 minutes')", "date(ts, 'start of month')", "date(ts, 'start of year', '-1 day')",
        "date(ux, 'unixepoch')", "datetime(ms / 1000, 'unixepoch')", "datetime(ux, 'unixepoch', '+1 hour')", "date('1997-02-30')", "datetime('1997-01-31', '+1 month')", "strftime('%s', '1997-01-01')", "date(d) = date(ts)", "date(ts) = '1997-01-01'", "date(ts) BETWEEN '1996-01-01' AND '1997-06-30'", "julianday('1997-01-01')", "date(NULL)",
    ];

    private static string[] Choices =>
    [
        "CASE WHEN j > 2 THEN 'big' WHEN j IS NULL THEN 'none' ELSE 'small' END", "CASE t WHEN 'abc' THEN 1 WHEN 'Abc' THEN 2 END", "CASE j WHEN 2 THEN 1.5 ELSE 2 END", "CASE WHEN b THEN ts ELSE NULL END", "CASE b WHEN 1 THEN 'yes' ELSE 'no' END", "iif(j > 2, t, u)", "CASE c WHEN 'FOO' THEN 1 ELSE 0 END",
        "EXISTS (SELECT 1 FROM cases q WHERE q.j = cases.j AND q.id <> cases.id)", "(SELECT count(*) FROM cases q WHERE q.t = cases.t)", "(SELECT max(q.j) FROM cases q)", "j IN (SELECT q.id FROM cases q)", "t IN (SELECT q.u FROM cases q WHERE q.u IS NOT NULL)", "id NOT IN (SELECT q.j FROM cases q WHERE q.j IS NOT NULL)", "d IN (SELECT q.dt FROM cases q)",
        "row_number() OVER (ORDER BY j, id)", "rank() OVER (ORDER BY t DESC)", "sum(j) OVER (PARTITION BY b ORDER BY id)", "lag(t) OVER (ORDER BY id)", "lead(j, 1, -1) OVER (ORDER BY id)", "count(*) OVER (PARTITION BY c)", "sum(j) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", "first_value(t) OVER (ORDER BY id)", "avg(j) OVER ()",
        "NULL", "1", "1.5", "'text'", "x'00'", "j IS NOT NULL AND t IS NULL", "(j > 1) + (r > 1)", "j BETWEEN 1 AND 2 OR t LIKE 'a%'", "NOT (j = 2)", "j IN ()", "NULL IN (1)", "j NOT IN (1, NULL)", "rowid", "_rowid_ + 1",
    ];
}
