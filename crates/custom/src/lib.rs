//! Rules of the user over located trees and over findings.
