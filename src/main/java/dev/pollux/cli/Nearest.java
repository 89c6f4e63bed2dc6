package dev.pollux.cli;

import java.util.Collection;
import java.util.Locale;

/** Finds the word that a mistyped one stands for. */
final class Nearest {
    private static final int LETTERS_OF_A_PART = 3;
    private static final int MOST_LETTERS = 64; // No word is longer; the time grows with the length.

    private Nearest() {
    }

    /**
     * Returns the known word with the fewest letters changed, left out, added or swapped, at most a third of
     * them; or else the first that contains the typed one. Case and leading dashes do not count.
     *
     * @return null if none is near
     */
    static String of(String typed, Collection<String> known) {
        String word = bare(typed);
        if (word.length() > MOST_LETTERS) {
            return null;
        }
        int allowed = Math.max(1, word.length() / 3);
        String nearest = null;
        for (String each : known) {
            int distance = distance(word, bare(each));
            if (distance <= allowed && distance < Math.min(word.length(), bare(each).length())) {
                nearest = each;
                allowed = distance - 1;
            }
        }
        for (String each : known) {
            if (nearest == null && word.length() >= LETTERS_OF_A_PART && bare(each).contains(word)) {
                nearest = each;
            }
        }
        return nearest;
    }

    /** Returns a question to append to a message; empty if no known word is near. */
    static String question(String typed, Collection<String> known) {
        String nearest = of(typed, known);
        return nearest == null ? "" : "; did you mean " + nearest + "?";
    }

    private static String bare(String word) {
        return word.replaceFirst("^-+", "").toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The optimal string alignment distance. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(changed, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
